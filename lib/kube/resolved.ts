/** Props whose defaults have been set: each default stands in one function, `resolve…`, and nothing reads props before it. */

/**
 * Every property of `P`, so that the compiler finds the one that a `resolve…` forgets. Those of `K` have a default, or need
 * none; the others may be undefined, which says something: the image's, the cluster's, none.
 */
export type Resolved<P, K extends keyof P> = {
  readonly [N in keyof Required<P>]: N extends K ? Exclude<P[N], undefined> : P[N];
};

/** `P`, in which these stand for the properties of the same names. */
export type With<P, R> = Omit<P, keyof R> & Readonly<R>;

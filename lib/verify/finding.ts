/** A fault that a rule finds in manifests, as data, and how it is told. */

/** An error stops synthesis; a warning is printed. */
export type Severity = 'error' | 'warning';

export interface Finding {
  /** Id of the rule that found it: `host-port-clash`. */
  readonly rule: string;

  readonly severity: Severity;

  /** Construct that the object came from: `memcache/meta/service`. */
  readonly constructPath: string;

  /** Object at fault: `Service ns/db`. */
  readonly object: string;

  /** What is wrong: the rest of a sentence that begins with the object, without a full stop. */
  readonly message: string;

  /** What to do about it, in the imperative, without a full stop. */
  readonly remedy: string;
}

/** One line: where, what, the remedy, and the rule's id, by which it can be looked up and waived. */
export function describeFinding({ rule, constructPath, object, message, remedy }: Finding): string {
  return `[${constructPath}] ${object} ${message}. ${remedy}. [${rule}]`;
}

/**
 * How wrong props are refused: rules are functions from a value to a list of problems, lists are composed along the props,
 * and a construct throws all of them at once, each with its place, value, rule and remedy.
 */
import type { IConstruct } from 'constructs';

/** Names of properties, of elements of a list their index, and of containers and volumes their name. */
export type Path = readonly (string | number)[];

/** One thing that is wrong with a value somebody gave. */
export interface Problem {
  /** Where the value stands: `['ports', 1, 'name']`. */
  readonly path: Path;

  /** What was given. Never a secret: pass `REDACTED` instead. */
  readonly value: unknown;

  /** The rule that the value breaks, as a sentence without a full stop. */
  readonly rule: string;

  /** What to do about it, in the imperative. */
  readonly remedy: string;
}

/** Stands for a value that must not be printed. */
export const REDACTED = Symbol('redacted');

/** A problem as an error tells it. */
export interface ReportedProblem extends Problem {
  /** The path as the user would write it: `ports[1].name`. */
  readonly property: string;
}

/** Thrown by a constructor or factory whose props break one or more rules. */
export class InvalidPropsError extends Error {
  override readonly name = 'InvalidPropsError';

  readonly problems: readonly ReportedProblem[];

  /**
   * @param subject the construct's path (`memcache/meta`), or the name of the factory for a value without a path
   * @param problems all that is wrong, at least one
   */
  constructor(
    readonly subject: string,
    problems: readonly Problem[],
  ) {
    const reported = problems.map((problem) => ({ ...problem, property: propertyOf(problem.path) }));
    super(`${subject}: ${countOf(reported)}\n${reported.map(describeProblem).join('\n')}`);
    this.problems = reported;
  }
}

/** Throws `InvalidPropsError` if there are any problems. */
export function refuse(subject: IConstruct | string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  throw new InvalidPropsError(typeof subject === 'string' ? subject : subject.node.path, problems);
}

/** The problem of a value that breaks a rule, as a list to be composed. */
export function broken(value: unknown, rule: string, remedy: string): Problem[] {
  return [{ path: [], value, rule, remedy }];
}

/** The same, if the rule does not hold. */
export function unless(holds: boolean, value: unknown, rule: string, remedy: string): Problem[] {
  return holds ? [] : broken(value, rule, remedy);
}

/** The problems of an object, given those of its properties. */
export function inProps(found: Readonly<Record<string, readonly Problem[]>>): Problem[] {
  return Object.entries(found).flatMap(([name, problems]) => below(name, problems));
}

/** The problems of a list's elements, or of a record's, each at its index or key. */
export function inEach<T>(
  elements: readonly T[] | Readonly<Record<string, T>>,
  problemsOf: (element: T, key: string) => readonly Problem[],
): Problem[] {
  return Object.entries<T>(elements).flatMap(([key, element]) =>
    below(Array.isArray(elements) ? Number(key) : key, problemsOf(element, key)),
  );
}

/**
 * The problems of a list whose elements are known by name, so that what else is in the list does not move them. Those
 * that share a name are told apart by their order.
 */
export function inNamed<T extends { readonly name: string }>(
  elements: readonly T[],
  problemsOf: (element: T) => readonly Problem[],
): Problem[] {
  const seen = new Map<string, number>();
  return elements.flatMap((element) => {
    const { name } = element;
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    const problems = problemsOf(element);
    return below(name, before === 0 ? problems : below(before, problems));
  });
}

/**
 * Other names for properties and all below them: `{ 'standby.startTimeout': 'startTimeout' }`. A `*` stands for one name.
 * What has none, `null`, follows from properties that have the same rules themselves.
 */
export type Renames = Readonly<Record<string, string | null>>;

/** The problems of what a construct composes, by the properties that its user wrote. */
export function renamed(problems: readonly Problem[], names: Renames): Problem[] {
  const table = Object.entries(names).map(([from, to]) => ({ from: from.split('.'), to }));
  return problems.flatMap((problem) => {
    const match = table.find(({ from }) => isBelow(problem.path, from));
    if (match === undefined) return [problem];
    if (match.to === null) return [];
    return [{ ...problem, path: [...match.to.split('.'), ...problem.path.slice(match.from.length)] }];
  });
}

const PLAIN_NAME = /^[A-Za-z_][-\w]*$/;

function propertyOf(path: Path): string {
  const parts = path.map((name) =>
    typeof name === 'string' && PLAIN_NAME.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`,
  );
  return parts.join('').replace(/^\./, '');
}

function below(name: string | number, problems: readonly Problem[]): Problem[] {
  return problems.map((problem) => ({ ...problem, path: [name, ...problem.path] }));
}

function isBelow(path: Path, prefix: readonly string[]): boolean {
  return prefix.every((name, index) => index in path && (name === '*' || name === String(path[index])));
}

function countOf(problems: readonly Problem[]): string {
  return problems.length === 1 ? '1 problem' : `${problems.length} problems`;
}

function describeProblem({ property, value, rule, remedy }: ReportedProblem): string {
  return `  ${property} = ${show(value)}: ${rule}; ${remedy}.`;
}

const LONGEST_VALUE = 120;

function show(value: unknown): string {
  if (value === REDACTED) return '(not shown)';
  if (typeof value === 'number' || value === undefined) return String(value);
  const text = JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

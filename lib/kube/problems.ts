/** How a construct refuses wrong props: all problems at once, each with its place, value, rule and remedy. */
import type { IConstruct } from 'constructs';

/** One thing that is wrong with a value somebody gave. */
export interface Problem {
  /** The property as the user wrote it, with a path into it: `ports[1].name`. */
  readonly property: string;

  /** What was given. Never a secret: pass `REDACTED` instead. */
  readonly value: unknown;

  /** The rule that the value breaks, as a sentence without a full stop. */
  readonly rule: string;

  /** What to do about it, in the imperative. */
  readonly remedy: string;
}

/** Stands for a value that must not be printed. */
export const REDACTED = Symbol('redacted');

/** Thrown by a constructor or factory whose props break one or more rules. */
export class InvalidPropsError extends Error {
  override readonly name = 'InvalidPropsError';

  /**
   * @param subject the construct's path (`memcache/meta`), or the name of the factory for a value without a path
   * @param problems all that is wrong, at least one
   */
  constructor(
    readonly subject: string,
    readonly problems: readonly Problem[],
  ) {
    super(`${subject}: ${countOf(problems)}\n${problems.map(describeProblem).join('\n')}`);
  }
}

/** Collects problems and throws them together. */
export class Checks {
  private readonly subject: string;
  private readonly problems: Problem[] = [];

  constructor(subject: IConstruct | string) {
    this.subject = typeof subject === 'string' ? subject : subject.node.path;
  }

  /** Notes a problem unless `holds`. */
  require(holds: boolean, property: string, value: unknown, rule: string, remedy: string): void {
    if (!holds) this.problems.push({ property, value, rule, remedy });
  }

  /** Notes problems that were found elsewhere. */
  include(problems: readonly Problem[]): void {
    this.problems.push(...problems);
  }

  /** Throws `InvalidPropsError` if any problem was noted. */
  done(): void {
    if (this.problems.length > 0) throw new InvalidPropsError(this.subject, this.problems);
  }

  /**
   * Builds an inner construct and reports its problems together with those noted so far, under this subject. A value
   * that was refused here already, and handed on, is not refused twice.
   * The inner build may fail in other ways on values already found wrong; those are reported first.
   */
  settle<T>(build: () => T): T {
    let built: T;
    try {
      built = build();
    } catch (error) {
      if (error instanceof InvalidPropsError)
        this.include(error.problems.filter((found) => !this.knows(found)));
      this.done();
      throw error;
    }
    this.done();
    return built;
  }

  private knows({ value, rule }: Problem): boolean {
    return value !== REDACTED && this.problems.some((known) => known.value === value && known.rule === rule);
  }
}

function countOf(problems: readonly Problem[]): string {
  return problems.length === 1 ? '1 problem' : `${problems.length} problems`;
}

function describeProblem({ property, value, rule, remedy }: Problem): string {
  return `  ${property} = ${show(value)}: ${rule}; ${remedy}.`;
}

const LONGEST_VALUE = 120;

function show(value: unknown): string {
  if (value === REDACTED) return '(not shown)';
  if (typeof value === 'number' || value === undefined) return String(value);
  const text = JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

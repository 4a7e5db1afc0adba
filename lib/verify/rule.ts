/** What a rule is: the words that are the same for all that it finds, and a function that finds it. */
import type { Finding, Severity } from './finding';
import type { KubernetesObject, Model } from './model';

export interface RuleText {
  /** Stable, since waivers name it: lower case with hyphens, `host-port-clash`. */
  readonly id: string;

  readonly severity: Severity;

  /** What is wrong, as a sentence without a full stop. */
  readonly title: string;

  /** What to do about it, in the imperative, without a full stop. */
  readonly remedy: string;
}

export interface Rule extends RuleText {
  /** All faults in linear time, in the order of the objects. */
  readonly check: (model: Model) => readonly Fault[];
}

/** What one object has wrong. */
export interface Fault {
  readonly object: KubernetesObject;

  /** The rest of a sentence that begins with the object, without a full stop: `selects no pod of this app`. */
  readonly message: string;
}

/** What a rule finds, in its own words. */
export function findingOf(
  { id, severity, remedy }: RuleText,
  found: Pick<Finding, 'constructPath' | 'object' | 'message'>,
): Finding {
  return { rule: id, severity, remedy, ...found };
}

/**
 * Where a rule need not hold, and why: annotations of objects, and waivers by construct path. One without a reason, or
 * for a rule that there is not, waives nothing and is found itself.
 */
import { WAIVER_ANNOTATION } from '../kube/labels';
import type { Finding } from './finding';
import { nameOf } from './manifest';
import type { KubernetesObject, Model } from './model';
import { type RuleText, findingOf } from './rule';

/** Lets one object break one rule. */
export interface Waiver {
  /** Id of the rule, which the message ends with: `host-port-clash`. */
  readonly rule: string;

  /** Construct path of the object, which the message begins with: `memcache/meta/service`. Not of those below it. */
  readonly path: string;

  /** Why breaking the rule does no harm here. Not empty. */
  readonly reason: string;
}

const WAIVER_WITHOUT_REASON: RuleText = {
  id: 'waiver-without-reason',
  severity: 'error',
  title: 'A waiver has no reason',
  remedy: 'Write why breaking the rule does no harm here, or take the waiver out',
};

const WAIVER_OF_NO_RULE: RuleText = {
  id: 'waiver-of-no-rule',
  severity: 'error',
  title: 'A waiver names no rule',
  remedy: 'Take the id from the end of the message that is to be waived, or take the waiver out',
};

/** What is checked of waivers; it cannot be waived. */
export const WAIVER_RULES: readonly RuleText[] = [WAIVER_WITHOUT_REASON, WAIVER_OF_NO_RULE];

/** Tells whether a rule is waived at an object, by an annotation of it or by one of these waivers. */
export function waived(waivers: readonly Waiver[]): (rule: RuleText, object: KubernetesObject) => boolean {
  const paths = new Set(
    waivers.filter(({ reason }) => isReason(reason)).map(({ rule, path }) => `${rule} ${path}`),
  );
  return ({ id }, { constructPath, manifest }) =>
    paths.has(`${id} ${constructPath}`) ||
    isReason(manifest.metadata.annotations?.[`${WAIVER_ANNOTATION}${id}`] ?? '');
}

/** What is wrong with the waivers of the objects, and with these others. */
export function waiverFindings(
  { objects }: Model,
  waivers: readonly Waiver[],
  rules: readonly RuleText[],
): Finding[] {
  const ids = new Set(rules.map(({ id }) => id));
  const given = [
    ...objects.flatMap(annotatedWaivers),
    ...waivers.map((waiver) => ({ ...waiver, by: 'The App' })),
  ];
  return [
    ...given
      .filter(({ rule }) => !ids.has(rule))
      .map((waiver) => at(waiver, WAIVER_OF_NO_RULE, ', which is no rule')),
    ...given
      .filter(({ reason }) => !isReason(reason))
      .map((waiver) => at(waiver, WAIVER_WITHOUT_REASON, ' and does not say why')),
  ];
}

interface GivenWaiver extends Waiver {
  /** Whoever waives the rule: the object itself, or the App. */
  readonly by: string;
}

function annotatedWaivers({ constructPath, manifest }: KubernetesObject): GivenWaiver[] {
  return Object.entries(manifest.metadata.annotations ?? {})
    .filter(([key]) => key.startsWith(WAIVER_ANNOTATION))
    .map(([key, reason]) => ({
      rule: key.slice(WAIVER_ANNOTATION.length),
      path: constructPath,
      reason,
      by: nameOf(manifest),
    }));
}

function isReason(text: string): boolean {
  return text.trim() !== '';
}

function at({ rule, path, by }: GivenWaiver, text: RuleText, fault: string): Finding {
  return findingOf(text, { constructPath: path, object: by, message: `waives "${rule}"${fault}` });
}

/** Runs every rule over a model and leaves out what is waived. */
import type { Finding } from './finding';
import { nameOf } from './manifest';
import type { Model } from './model';
import { findingOf } from './rule';
import { RULES } from './rules';
import { type Waiver, waived, waiverFindings } from './waivers';

/**
 * What is wrong among the objects, rule by rule in the order of the objects, and with the waivers.
 *
 * @param waivers besides those that objects carry as annotations
 */
export function check(model: Model, waivers: readonly Waiver[] = []): readonly Finding[] {
  const isWaived = waived(waivers);
  const found = RULES.flatMap((rule) =>
    rule
      .check(model)
      .filter(({ object }) => !isWaived(rule, object))
      .map(({ object: { constructPath, manifest }, message }) =>
        findingOf(rule, { constructPath, object: nameOf(manifest), message }),
      ),
  );
  return [...found, ...waiverFindings(model, waivers, RULES)];
}

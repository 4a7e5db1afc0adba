/**
 * What nobody is to blame for on a busy machine is tried again when nothing else runs: one group from its own seed, which
 * `scripts/try-twice.mjs` cannot, since it runs a whole file again.
 */
import type { Outcome } from './group';

/** @returns whether a group broke no guarantee, but had not come to rest in time */
function isOnlyRestless({ violations, restless }: Outcome): boolean {
  return violations.length === 0 && restless.length > 0;
}

/**
 * Plays all, and those that were only restless once more when all others are over, one after the other. Such a group
 * fails if it is restless again, or breaks a guarantee then. What breaks a guarantee fails at once.
 */
export function playWithSecondTries<T>(
  all: readonly T[],
  play: (one: T) => Promise<Outcome>,
): readonly Promise<Outcome>[] {
  const played = all.map((one) => ({ one, first: play(one) }));
  let turn: Promise<unknown> = Promise.allSettled(played.map(({ first }) => first));
  return played.map(async ({ one, first }) => {
    const outcome = await first;
    if (!isOnlyRestless(outcome)) return outcome;
    const second = turn.then(() => play(one));
    turn = second.catch(() => undefined);
    return joined(outcome, await second);
  });
}

function joined(first: Outcome, second: Outcome): Outcome {
  const isGood = second.violations.length + second.restless.length === 0;
  const verdict = isGood
    ? 'It was tried again with nothing beside it, and nothing was wrong: not counted.\n'
    : 'It was tried again with nothing beside it:\n';
  return {
    ...second,
    isSecond: true,
    report: first.report + verdict + second.report,
    leads: first.leads + second.leads,
  };
}

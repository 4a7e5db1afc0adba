/** The trials of one profile, kind of outage and subject: several members, in the same outages at the same time. */
import { ElectionTiming } from '../../lib';
import type { TimingMilliseconds } from '../../lib/leader/timing-rules';
import type { Subject } from './member';
import type { Kind } from './relay';
import type { OutageRow, Profile } from './results';
import { boundsOf, nextLengths } from './search';
import type { Place } from './stage';
import { type Trial, runTrial } from './trial';

export interface Cell {
  readonly profile: Profile;
  readonly kind: Kind;
  readonly subject: Subject;
  readonly places: readonly Place[];
}

/** An outage that begins just before a renewal is due must not come too late for that. */
const BEFORE_RENEWAL_MS = 30;

/** There is no length to find out. */
const HALF_OPEN_ROUNDS = 2;

/**
 * The outages of all rounds but the last begin in the worst moment, just before a renewal is due, and their lengths close
 * in on the bound. Those of the last begin at random, and are as long as is survived: that moment should be the worst.
 */
export async function play({ profile, kind, subject, places }: Cell, rounds: number): Promise<OutageRow> {
  const timing = timingOf(profile);
  const trials: Trial[] = [];
  const lastRound = kind === 'half-open' ? HALF_OPEN_ROUNDS : rounds;
  for (let round = 1; round <= lastRound; round += 1) {
    const isLast = round === lastRound;
    const lengths = lengthsOf(kind, timing, trials, places.length, isLast);
    const begun = places.map((place, index) => {
      const afterMs = isLast ? Math.random() * timing.retryPeriod : timing.retryPeriod - BEFORE_RENEWAL_MS;
      return runTrial({ ...place, timing, kind, lengthMs: lengths[index] ?? 0, afterMs });
    });
    trials.push(...(await Promise.all(begun)));
  }
  const lost = trials.filter(({ survived }) => !survived).length;
  const gaps = trials.filter(({ survived }) => survived).map(({ gapMs }) => gapMs);
  return {
    profile,
    kind,
    subject,
    trials: trials.length,
    lost,
    ...(kind !== 'half-open' && boundsOf(trials)),
    gapMs: Math.max(0, ...gaps),
  };
}

export function timingOf(profile: Profile): TimingMilliseconds {
  const { leaseDuration, renewDeadline, retryPeriod, killAfter } = ElectionTiming[profile];
  return {
    leaseDuration: leaseDuration.toMilliseconds(),
    renewDeadline: renewDeadline.toMilliseconds(),
    retryPeriod: retryPeriod.toMilliseconds(),
    killAfter: killAfter.toMilliseconds(),
  };
}

/** Connections that died do not come back: their outage has no length, but that in which a lead must end or be renewed. */
function lengthsOf(
  kind: Kind,
  timing: TimingMilliseconds,
  trials: readonly Trial[],
  count: number,
  isLast: boolean,
): readonly number[] {
  const all = (lengthMs: number) => Array.from({ length: count }, () => lengthMs);
  if (kind === 'half-open') return all(timing.renewDeadline + timing.retryPeriod);
  const { survivedMs } = boundsOf(trials);
  return isLast && survivedMs !== undefined ? all(survivedMs) : nextLengths(timing, trials, count);
}

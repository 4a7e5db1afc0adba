/** Which outages are tried: between the longest that leads survive and the shortest that ended one. */
import type { TimingMilliseconds } from '../../lib/leader/timing-rules';

export interface Tried {
  readonly lengthMs: number;

  /** When it began: the part of `retryPeriod` that had passed since the last good renewal was sent. */
  readonly phase: number;

  /** Whether the lead went on. */
  readonly survived: boolean;
}

interface Bounds {
  /** The longest that was survived in the worst moment, of those that are shorter than any that ended a lead. */
  readonly survivedMs: number | undefined;

  /** The shortest that ended a lead, in whatever moment. */
  readonly lostMs: number | undefined;
}

/** Just before a renewal is due, the last one is as old as it gets. */
const WORST_PHASE = 0.9;

export function boundsOf(trials: readonly Tried[]): Bounds {
  const lost = trials.filter(({ survived }) => !survived).map(({ lengthMs }) => lengthMs);
  const lostMs = lost.length === 0 ? undefined : Math.min(...lost);
  const survived = trials
    .filter((trial) => trial.survived && trial.phase > WORST_PHASE && trial.lengthMs < (lostMs ?? Infinity))
    .map(({ lengthMs }) => lengthMs);
  return { survivedMs: survived.length === 0 ? undefined : Math.max(...survived), lostMs };
}

/** The lengths of the next trials, which part evenly what is not known yet. */
export function nextLengths(
  { renewDeadline, retryPeriod }: TimingMilliseconds,
  trials: readonly Tried[],
  count: number,
): readonly number[] {
  const { survivedMs, lostMs } = boundsOf(trials);
  const from = survivedMs ?? renewDeadline - 2 * retryPeriod;
  const to = lostMs ?? renewDeadline + retryPeriod;
  return Array.from({ length: count }, (_, index) =>
    Math.round(from + ((to - from) * (index + 1)) / (count + 1)),
  );
}

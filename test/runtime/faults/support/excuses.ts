/**
 * What is no member's fault: the election bears bounded pauses only, and nobody stops a hot standby that does not obey, or
 * whose elector is gone. Excused is what a member's application does while it was hindered for longer than the timing
 * bears, and until what stops it has had the time to act after that.
 */
import type { TimingMilliseconds } from '../../../../lib/leader/timing-rules';
import type { AppRun, Hindrance, History } from './history';

/** The gate looks at its deadline this often. */
export const TICK_MS = 200;

/** An elector looks at its hot standby this often, and lets it wait for so long. */
const LOOK_MS = 1000;

/** It calls a hook again after this pause. */
const RETRY_MS = 200;

/** Beyond that, for an elector to begin and a hook to be carried out. */
const ACT_MS = 1000;

interface Span {
  readonly from: number;
  readonly to: number;

  /** When the time to act is over, too. */
  readonly over: number;

  /** How long it may be without an excuse. */
  readonly borne: number;
}

/** Whether the application's lead is excused, since its member was hindered when it should have ended. */
export function isExcused(history: Pick<History, 'hindrances' | 'timing'>, run: AppRun, at: number): boolean {
  const own = history.hindrances.filter(({ pod }) => pod === run.pod);
  const met = joined(own.map(spanOf(history.timing)), ({ to }) => to);
  const unborne = met.filter(({ from, to, borne }) => to - from > borne);
  return joined(unborne, ({ over }) => over).some(
    ({ from, over }) => from <= at && at <= over && run.last <= over,
  );
}

function spanOf(timing: TimingMilliseconds): (hindrance: Hindrance) => Span {
  const { leaseDuration, renewDeadline, killAfter } = timing;
  const margin = leaseDuration - renewDeadline;
  const hot = margin - RETRY_MS;
  const allowed = {
    gate: { borne: margin - killAfter - TICK_MS, after: killAfter + 2 * TICK_MS },
    elector: { borne: hot, after: ACT_MS },
    application: { borne: hot, after: LOOK_MS + ACT_MS },
    // A call that is late is given up, and another one follows.
    hook: { borne: hot, after: LOOK_MS + RETRY_MS + ACT_MS },
  };
  return ({ of, from, to }) => ({ from, to, over: to + allowed[of].after, borne: allowed[of].borne });
}

/** Those that meet, one before the other has reached its end, become one. */
function joined(spans: readonly Span[], endOf: (span: Span) => number): readonly Span[] {
  const inOrder = [...spans].sort((a, b) => a.from - b.from);
  return inOrder.reduce<readonly Span[]>((found, next) => {
    const last = found.at(-1);
    if (last === undefined || next.from > endOf(last)) return [...found, next];
    return [...found.slice(0, -1), union(last, next)];
  }, []);
}

function union(one: Span, other: Span): Span {
  return {
    from: Math.min(one.from, other.from),
    to: Math.max(one.to, other.to),
    over: Math.max(one.over, other.over),
    borne: Math.min(one.borne, other.borne),
  };
}

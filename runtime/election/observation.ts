/** What a member makes of the Lease: from when on it may take it, by its own clock. */
import type { LeaseRecord, Observation, Settings, State } from './state';
import type { Turn } from './turn';

/** How long members that are not preferred leave a Lease to the one that is. */
const PREFERENCE_MS = 1000;

/** A watch and a late answer may tell what is older than what is known; a read does not, but for a restored etcd. */
export function observe(turn: Turn, record: LeaseRecord, isRead = false): void {
  const { seen, settings } = turn.state;
  const known = seen?.record;
  if (known && (isRead ? record.version === known.version : record.version <= known.version)) return;
  turn.change({ seen: observed(seen, record, settings, turn.now), setbacks: 0 });
}

/**
 * It was read, and there is none. Nothing tells whether there was one, and whether its holder still runs: it is made
 * anew, held by nobody, and waited for like one that was emptied.
 */
export function observeNone(turn: Turn): void {
  const { seen, settings } = turn.state;
  const record = seen?.record;
  const hold = record?.released === false ? holdOf(record, settings) : 0;
  // What stood in its place since may have been made for less.
  const gone = Math.max(hold, seen?.gone ?? 0);
  turn.change({ seen: { record: undefined, takeableAt: Infinity, gone } });
}

/** A Lease made anew lasts as long as the one before had to be waited for, as far as this member knows. */
export function durationAnew({ seen, settings }: State): number {
  return Math.max(settings.timing.leaseDuration, seen?.gone ?? 0);
}

/** The Lease is seen to be so, now. */
function observed(
  before: Observation | undefined,
  record: LeaseRecord,
  settings: Settings,
  now: number,
): Observation {
  const gone = record.holder === '' && !record.released ? before?.gone : undefined;
  return { record, takeableAt: now + waitFor(record, settings, gone), gone };
}

function waitFor(record: LeaseRecord, settings: Settings, gone = 0): number {
  if (!record.released) return Math.max(holdOf(record, settings), gone);
  const isForMe = ['', settings.pod].includes(record.preferred ?? '');
  return isForMe ? 0 : PREFERENCE_MS;
}

/**
 * A holder that has not said what it counts on is taken to count on what this member would. One that asks others, and not
 * this member, may go on by their promises.
 */
function holdOf({ duration, counted, failsafe }: LeaseRecord, { timing, pod }: Settings): number {
  const hold = Math.max(duration, counted ?? timing.leaseDuration);
  return failsafe === undefined || failsafe.members.includes(pod) ? hold : hold + failsafe.longest;
}

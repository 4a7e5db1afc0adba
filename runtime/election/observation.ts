/** What a member makes of the Lease: from when on it may take it, by its own clock. */
import { LONGEST_WAIT_MS } from '../../lib/leader/timing-rules';
import type { Failsafe, LeaseRecord, Observation, Said, Settings, State } from './state';
import type { Turn } from './turn';

/** How long members that are not preferred leave a Lease to the one that is. */
const PREFERENCE_MS = 1000;

/** As many as the API server's number can tell apart. */
export const TRANSITIONS = 2 ** 31;

/** A watch and a late answer may tell what is older than what is known; a read does not, but for a restored etcd. */
export function observe(turn: Turn, record: LeaseRecord, isRead = false): void {
  const { seen, settings } = turn.state;
  const known = seen?.record;
  if (known && (isRead ? record.version === known.version : record.version <= known.version)) return;
  const next = observed(seen, record, settings, turn.now);
  turn.change({ seen: next, setbacks: 0, taken: next.record && takenSince(turn.state, next.record) });
}

/** What this process has taken last, unless that is over: then nothing that brings its name back makes it hold it. */
function takenSince({ taken }: State, { acquired, released }: LeaseRecord): string | undefined {
  return !released && ['', taken].includes(acquired) ? taken : undefined;
}

/**
 * It was read, and there is none. Nothing tells whether there was one, and whether its holder still runs: it is made
 * anew, held by nobody, and waited for like one that was emptied.
 */
export function observeNone(turn: Turn): void {
  const { seen, settings } = turn.state;
  const gone = goneWith(seen, settings);
  turn.change({ seen: { record: undefined, said: {}, takeableAt: Infinity, gone, leads: seen?.leads } });
}

/** How long the Lease that was there had to be waited for, or the one that it took the place of. */
function goneWith(seen: Observation | undefined, settings: Settings): number {
  const isHeld = seen?.record?.released === false;
  return Math.max(isHeld ? holdOf(seen.record, seen.said, settings) : 0, seen?.gone ?? 0);
}

/** Of numbers with 31 bits, which are counted on from nothing again. */
export function isFewer(leads: number, others: number): boolean {
  const more = (others - leads + TRANSITIONS) % TRANSITIONS;
  return more > 0 && more < TRANSITIONS / 2;
}

/** A Lease made anew lasts as long as the one before had to be waited for, as far as this member knows. */
export function durationAnew({ seen, settings }: State): number {
  return Math.max(settings.timing.leaseDuration, seen?.gone ?? 0);
}

/**
 * The Lease is seen to be so, now. One that counts fewer leads than were seen was made anew, or brought back from a backup:
 * it knows nothing of the last leader, who may not have given it up.
 */
function observed(
  before: Observation | undefined,
  found: LeaseRecord,
  settings: Settings,
  now: number,
): Observation {
  const { transitions } = found;
  const isOlder = isFewer(transitions, before?.leads ?? transitions);
  const record = isOlder ? { ...found, released: false } : found;
  const isNobodys = record.holder === '' && !record.released;
  const gone = isOlder ? goneWith(before, settings) : isNobodys ? before?.gone : undefined;
  const leads = isOlder ? before?.leads : transitions;
  const said = saidBy(before, found);
  return { record, said, takeableAt: now + waitFor(record, said, settings, gone), gone, leads };
}

/**
 * A holder says what it counts on together with its name or a renewal. What changes without one, somebody has edited: the
 * holder goes on as it has said until it knows of that, and then says the same again.
 */
function saidBy(before: Observation | undefined, found: LeaseRecord): Said {
  const known = before?.record;
  if (before === undefined || known === undefined) return found;
  const isSame = known.counted === found.counted && isSameFailsafe(known.failsafe, found.failsafe);
  const isEdit = known.renewed === found.renewed || (known.acquired === found.acquired && isSame);
  return isEdit ? before.said : found;
}

export function isSameFailsafe(one: Failsafe | undefined, other: Failsafe | undefined): boolean {
  return one?.longest === other?.longest && one?.members.join() === other?.members.join();
}

function waitFor(record: LeaseRecord, said: Said, settings: Settings, gone = 0): number {
  if (!record.released) return Math.max(holdOf(record, said, settings), gone);
  const isForMe = ['', settings.pod].includes(record.preferred ?? '');
  return isForMe ? 0 : PREFERENCE_MS;
}

/**
 * A holder that has not said what it counts on is taken to count on what this member would. One that asks others, and not
 * this member, may go on by their promises: for no longer than any group may be configured to, whatever somebody has
 * written. This member's own time for it is no bound, for a roll-out may just change it.
 */
function holdOf({ duration }: LeaseRecord, { counted, failsafe }: Said, { timing, pod }: Settings): number {
  const hold = Math.max(duration, counted ?? timing.leaseDuration);
  const isAsked = failsafe === undefined || failsafe.members.includes(pod);
  return isAsked ? hold : hold + Math.min(failsafe.longest, LONGEST_WAIT_MS);
}

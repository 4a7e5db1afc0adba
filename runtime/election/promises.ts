/**
 * How a leader outlasts an API server that is away: with promises of all other members to leave the Lease alone.
 *
 * To the member that gives it a promise is what the sight of a renewal is: it asks for no Lease until `leaseDuration` after
 * its answer. To the leader it is what a renewal is: it counts for `renewDeadline` from before it was asked for. So the
 * margin between the two is the one of the Lease itself. A member that forgets a promise, by a restart, has to watch the
 * Lease for longer than the promise would have lasted: see `observation.ts`.
 */
import type { PromiseRequest, Reply } from './events';
import { isSameFailsafe } from './observation';
import type { Lead, LeaseRecord, Settings, State } from './state';
import type { Turn } from './turn';

/** Only as the Lease says it: whoever is not named there takes it without having been asked. */
export function askPeers(turn: Turn): void {
  const { lead, settings, timing, taken = '', seen } = turn.state;
  const { failsafe } = settings;
  if (!lead || lead.phase === 'stopping' || !failsafe || !isSameFailsafe(failsafe, seen?.record?.failsafe))
    return;
  const { identity: holder } = settings;
  const request = { holder, acquired: taken, term: lead.term, duration: timing.leaseDuration };
  turn.do({ do: 'ask-peers', request, counted: timing.renewDeadline });
}

/** The first of them to end counts, and one that was never given has ended. */
export function promisedUntil({ promised, limit }: Lead, { failsafe, pod }: Settings): number {
  if (failsafe === undefined) return 0;
  const others = failsafe.members.filter((member) => member !== pod);
  return Math.min(...others.map((member) => promised[member] ?? 0), limit);
}

/** From when on nothing but promises keeps the lead, until a renewal does again. */
export function noteFailsafe(turn: Turn): void {
  const { lead } = turn.state;
  if (!lead) return;
  const isProlonged = turn.now >= lead.renewedUntil;
  if (isProlonged === lead.isProlonged) return;
  turn.changeLead({ isProlonged });
  turn.note({ what: isProlonged ? 'failsafe-active' : 'failsafe-over' });
}

// --- the other side ---------------------------------------------------------------------------------------------------

/** A question makes a member look whether the API server is away; only when it is, is there a promise. */
export function takeRequest(turn: Turn, id: number, request: PromiseRequest): void {
  const reply = replyTo(turn.state, request, turn.now);
  turn.do({ do: 'reply', id, reply });
  if (reply === 'has not lost the API server') look(turn);
  if (reply !== 'promised') return;
  const until = Math.max(turn.now + request.duration, turn.state.promise?.until ?? 0);
  turn.change({ promise: { until, term: request.term } });
}

/**
 * Once in a period, so that nobody keeps it from anything else by questions, old ones that he has recorded or new; and not
 * when the Lease is to be taken, which tells as well whether the API server is away.
 */
function look(turn: Turn): void {
  const { seen, timing, lookAt } = turn.state;
  const isDue = seen?.record && turn.now >= seen.takeableAt && !isBound(turn.state, seen.record, turn.now);
  if (isDue || turn.now < lookAt) return;
  turn.change({ isStale: true, lookAt: turn.now + timing.retryPeriod });
}

function replyTo(state: State, request: PromiseRequest, now: number): Reply {
  const { lead, former, isStale, unread } = state;
  if (lead ?? former) return 'leads itself';
  if (mayHaveTaken(state, request, now)) return 'may have taken the Lease';
  if (knowsAnother(state, request)) return 'knows of another lead';
  return isStale && unread > 0 ? 'promised' : 'has not lost the API server';
}

/** A request for a Lease from before that lead was refused, or what it gave is over. */
function mayHaveTaken({ taking, settings }: State, { term }: PromiseRequest, now: number): boolean {
  if (taking === undefined || taking.from < term) return false;
  return now < taking.sentAt + settings.timing.renewDeadline;
}

/** Also one that was given up, or emptied by somebody. */
function knowsAnother({ seen, promise }: State, { holder, acquired, term }: PromiseRequest): boolean {
  const record = seen?.record;
  if (promise !== undefined && promise.term > term) return true;
  if (record === undefined || record.version < term) return false;
  return record.holder !== holder || record.acquired !== acquired;
}

/** Whether this member leaves the Lease alone. A leader that has given it up since needs no promise any more. */
export function isBound({ promise }: State, record: LeaseRecord, now: number): boolean {
  if (promise === undefined || now >= promise.until) return false;
  return !(record.released && record.version > promise.term);
}

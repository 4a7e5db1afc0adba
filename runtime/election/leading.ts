/** A member's lead: how it begins, lasts and ends. */
import type { TimingMilliseconds } from '../../lib/leader/timing-rules';
import { isEmptied, isOurs, restatingClaim } from './claim';
import type { Event, Loss } from './events';
import { isSameFailsafe } from './observation';
import { askPeers, noteFailsafe, promisedUntil } from './promises';
import { forbid, makeAnew, stand, standBack, withdrawSoon } from './standing';
import type { Lead, LeaseRecord, Settings } from './state';
import { timingFor } from './timing';
import type { Turn } from './turn';

/** A renewal that is not answered in less is not counted on. */
const SHORTEST_PATIENCE_MS = 100;

/** The Lease says that this process has taken it, whoever told: the answer, the watch or a reading after a lost answer. */
export function begin(turn: Turn): void {
  const { taking, seen, gate, lead, settings } = turn.state;
  const record = seen?.record;
  if (!taking || !record || record.version <= taking.from) return;
  if (record.holder !== settings.identity || record.acquired !== taking.acquired) return;
  const timing = timingFor(settings.timing, record.counted ?? 0) ?? settings.timing;
  const until = taking.sentAt + timing.renewDeadline;
  turn.change({ taken: taking.acquired, taking: undefined });
  // Too late, or with nothing to run: the Lease is ours all the same, and `stand` sees to it.
  if (lead || gate.word !== 'waiting' || turn.now >= until) return;
  const begun: Lead = {
    phase: 'starting',
    term: record.version,
    gate: gate.id,
    until,
    renewAt: taking.sentAt + timing.retryPeriod,
    renewedUntil: until,
    limit: limitOf(settings, taking.sentAt),
    promised: {},
    isProlonged: false,
    isUnanswered: false,
    startBy: turn.now + settings.startTimeout,
  };
  turn.change({ timing, lead: begun, former: undefined, withdrawal: undefined });
  turn.note({ what: 'acquired', term: begun.term });
  allow(turn, begun, true);
}

/** Takes up the lead of a former process, whose application still runs. */
export function resume(turn: Turn): void {
  const { former, gate, seen, settings, timing } = turn.state;
  if (!former || seen?.record?.holder !== settings.identity) return;
  if (gate.word !== 'running' || gate.id !== former.gate || gate.term !== former.term) return;
  turn.change({
    former: undefined,
    lead: {
      ...former,
      phase: 'starting',
      renewAt: turn.now,
      renewedUntil: former.until,
      // Promises may have moved it there: only a renewal moves it further.
      limit: former.until,
      promised: {},
      isProlonged: false,
      isUnanswered: false,
      startBy: turn.now + settings.startTimeout,
    },
    taken: seen.record.acquired,
    timing: timingFor(settings.timing, seen.record.counted ?? 0) ?? timing,
  });
  turn.note({ what: 'resumed', term: former.term });
  turn.do({ do: 'check', term: former.term });
}

/** The application of this term answers. */
export function serve(turn: Turn, term: number): void {
  const { lead, gate } = turn.state;
  if (lead?.term !== term || lead.phase !== 'starting' || gate.word !== 'running') return;
  turn.changeLead({ phase: 'serving' });
  turn.change({ hasFailed: false });
  turn.do({ do: 'route', term });
  turn.note({ what: 'serving', term });
}

/** A renewal that was sent then has succeeded. */
export function renewed(turn: Turn, sentAt: number): void {
  const { lead, timing, settings } = turn.state;
  if (!lead) return;
  const renewAt = Math.max(lead.renewAt, sentAt + timing.retryPeriod);
  const until = sentAt + timing.renewDeadline;
  const renewedUntil = Math.max(lead.renewedUntil, until);
  const limit = Math.max(lead.limit, limitOf(settings, sentAt));
  turn.changeLead({ isUnanswered: false, renewAt, renewedUntil, limit });
  extend(turn, until);
}

/** All other members have promised to leave the Lease to this lead, the one of this promise too. */
export function prolong(turn: Turn, { by, term, until }: Extract<Event, { type: 'promised' }>): void {
  const { lead, settings } = turn.state;
  if (lead?.term !== term || lead.phase === 'stopping') return;
  const promised = { ...lead.promised, [by]: Math.max(until, lead.promised[by] ?? 0) };
  turn.changeLead({ promised });
  extend(turn, promisedUntil({ ...lead, promised }, settings));
}

function limitOf({ failsafe }: Settings, renewedAt: number): number {
  return renewedAt + (failsafe?.longest ?? 0);
}

function extend(turn: Turn, until: number): void {
  const { lead } = turn.state;
  if (!lead || until <= lead.until) return;
  turn.changeLead({ until });
  if (lead.phase !== 'stopping') allow(turn, { ...lead, until }, false);
}

export function allow(turn: Turn, { until, term, gate }: Lead, ring: boolean): void {
  turn.do({ do: 'allow', deadline: { until, term, gate }, ring });
}

/** Keeps the Lease as this leader counts on it. */
export function keep(turn: Turn, lead: Lead): void {
  const record = turn.state.seen?.record;
  if (record && !isOurs(turn.state, record) && !isEmptied(turn.state, record)) {
    lose(turn, lead, 'taken by another');
    return stand(turn);
  }
  if (turn.state.isStale) turn.ask('read', { do: 'read' });
  else if (record) restate(turn, record);
  else makeAnew(turn);
  noteFailsafe(turn);
  renew(turn);
}

/** One that is not answered is repeated on another connection, the more often the nearer the deadline is. */
function renew(turn: Turn): void {
  const { lead, timing } = turn.state;
  if (!lead || turn.now < lead.renewAt) return;
  if (lead.isUnanswered) askPeers(turn);
  const patience = Math.max((lead.until - turn.now) / 8, SHORTEST_PATIENCE_MS);
  turn.renew(lead.isUnanswered, turn.now + Math.min(patience, timing.retryPeriod / 4));
}

/**
 * Has the Lease say what this leader counts on and whom it asks, also after somebody has edited `leaseDurationSeconds` or
 * an annotation. A shorter time binds the leader before the Lease says so, a longer one helps it only afterwards.
 */
function restate(turn: Turn, record: LeaseRecord): void {
  const { settings, timing, asked, askAt } = turn.state;
  if (asked || turn.now < askAt) return;
  const isHeld = record.holder === settings.identity;
  const edited = isHeld ? timingFor(settings.timing, record.duration) : timing;
  const counted = (edited ?? timing).leaseDuration;
  const isAsked = isSameFailsafe(record.failsafe, settings.failsafe);
  const isStated = isHeld && edited !== undefined && record.counted === counted && isAsked;
  if (isStated || counted < timing.leaseDuration) retime(turn, edited ?? timing);
  if (isStated) return;
  if (!edited) turn.note({ what: 'edit-refused', seconds: record.duration / 1000 });
  const claim = restatingClaim(turn.state, record, counted);
  turn.ask('restate', { do: 'restate', claim });
}

function retime(turn: Turn, timing: TimingMilliseconds): void {
  const { lead, timing: before } = turn.state;
  if (!lead || timing.leaseDuration === before.leaseDuration) return;
  const latest = turn.now + timing.renewDeadline;
  const [until, renewedUntil] = [Math.min(lead.until, latest), Math.min(lead.renewedUntil, latest)];
  turn.change({ timing, lead: { ...lead, until, renewedUntil, renewAt: turn.now } });
  turn.note({ what: 'retimed', seconds: timing.leaseDuration / 1000 });
  if (lead.phase !== 'stopping') allow(turn, { ...lead, until }, false);
}

// --- how it ends -------------------------------------------------------------------------------------------------------

/** A lead that has run out is over before anything else is believed. */
export function expire(turn: Turn): void {
  const { lead, former } = turn.state;
  if (lead && turn.now >= lead.until) lose(turn, lead, 'not renewed in time');
  if (former && turn.now >= former.until) turn.change({ former: undefined });
}

export function lose(turn: Turn, { term }: Lead, why: Loss): void {
  turn.change({ lead: undefined });
  withdrawSoon(turn, term);
  forbid(turn);
  turn.do({ do: 'stand-by' });
  turn.note({ what: 'lost', term, why });
}

/** Another member shall lead. */
export function giveUp(turn: Turn): void {
  const { lead } = turn.state;
  if (!lead || lead.phase === 'stopping') return;
  standBack(turn);
  stopApplication(turn);
}

export function checkStart(turn: Turn): void {
  const { lead } = turn.state;
  if (lead?.phase !== 'starting' || turn.now < lead.startBy) return;
  turn.change({ hasFailed: true });
  standBack(turn);
  turn.note({ what: 'start-timed-out', term: lead.term });
  stopApplication(turn);
}

/** Also what was taken, or taken up again, in this moment. */
export function leave(turn: Turn): void {
  const { lead, standsAt } = turn.state;
  if (standsAt === Infinity && lead && lead.phase !== 'stopping') stopApplication(turn);
}

/** A gate that still waits has started nothing. */
export function endStopping(turn: Turn): void {
  const { lead, gate, endBy } = turn.state;
  if (!lead || gate.word !== 'waiting') return;
  if (lead.phase === 'stopping') lose(turn, lead, 'application stopped');
  else if (endBy !== undefined) stopApplication(turn);
}

function stopApplication(turn: Turn): void {
  turn.changeLead({ phase: 'stopping' });
  forbid(turn);
}

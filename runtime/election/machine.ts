/**
 * Who may lead, as a pure function: what happened, when, and what is to be done about it.
 *
 * Guaranteed, with the gate's part of docs/decisions/0002-runtime-contract.md:
 * - An application runs only while its member holds the Lease: until the *sending* of the last successful renewal plus
 *   `renewDeadline`. Another member takes a Lease only when it saw it unchanged for `leaseDuration`, or given up by a
 *   holder whose application had stopped. A Lease that somebody emptied or deleted is not such a one.
 * - Promises of all other members take the place of renewals while the API server is away, if the group is told so:
 *   `promises.ts`, and docs/decisions/0008-api-outage.md.
 * - One failed request changes nothing, nor an API server that is away for less than `renewDeadline` less `retryPeriod`,
 *   a repetition and a request.
 * - A lead is given up only when the gate says that nothing of the application runs any more.
 * - The fencing token of a lead is greater than that of every lead before it.
 *
 * Assumed: no process is paused between reading the clock and acting for longer than the margin of the timing; clock
 * rates differ by less than the margin over one lease; `resourceVersion` is a number that grows (so in etcd, and
 * promised since Kubernetes 1.35).
 *
 * Not guaranteed: anything under longer pauses. There only a resource that checks the token helps.
 */
import type { TimingMilliseconds } from '../../lib/leader/timing-rules';
import type { Action, Answered, Event } from './events';
import {
  allow,
  begin,
  checkStart,
  endStopping,
  expire,
  giveUp,
  keep,
  leave,
  lose,
  prolong,
  renewed,
  resume,
  serve,
} from './leading';
import { observe, observeNone } from './observation';
import { takeRequest } from './promises';
import { end, stand, withdraw } from './standing';
import type { Gate, Settings, State } from './state';
import { Turn } from './turn';

export interface Step {
  readonly state: State;
  readonly actions: readonly Action[];
}

/** The kubelet ends the elector when the application has ended, which the gate may not have said yet. */
const END_AFTER_MS = 1000;

export function initialState(settings: Settings, former?: State['former']): State {
  return {
    settings,
    timing: settings.timing,
    isStale: true,
    gate: { word: 'unknown' },
    ...(former && { former }),
    askAt: 0,
    lookAt: 0,
    unread: 0,
    setbacks: 0,
    paidAt: 0,
    standsAt: 0,
    hasFailed: false,
  };
}

/** What follows from an event, and from the time. */
export function step(state: State, event: Event, now: number): Step {
  const turn = new Turn(state, now);
  expire(turn);
  take(turn, event);
  settle(turn);
  return { state: turn.state, actions: turn.actions };
}

/** When to take the next `tick` at the latest. */
export function wakeAt(
  { lead, seen, askAt, standsAt, promise, withdrawal, endBy }: State,
  now: number,
): number {
  const times = [
    lead?.until,
    lead?.renewAt,
    lead?.startBy,
    seen?.takeableAt,
    askAt,
    standsAt,
    promise?.until,
    withdrawal?.at,
    endBy,
  ];
  return Math.min(...times.map((time = now) => (time > now ? time : Infinity)));
}

function take(turn: Turn, event: Event): void {
  switch (event.type) {
    case 'watched':
      return observe(turn, event.record);
    case 'unwatched':
      return turn.change({ isStale: true });
    case 'read':
      turn.change({ asked: undefined, isStale: false, unread: 0 });
      return event.record ? observe(turn, event.record, true) : observeNone(turn);
    case 'unread':
      return takeUnread(turn);
    case 'answer':
      return takeAnswer(turn, event);
    case 'asked':
      return takeRequest(turn, event.id, event.request);
    case 'promised':
      return prolong(turn, event);
    case 'gate':
      return takeGate(turn, event.gate);
    case 'answered':
      return serve(turn, event.term);
    case 'give-up':
      return giveUp(turn);
    case 'leave':
      return turn.change({ standsAt: Infinity });
    case 'end':
      return turn.change({ endBy: turn.state.endBy ?? turn.now + END_AFTER_MS });
    case 'tick':
      return;
  }
}

/** Does what is due, whatever happened: what failed before is due again. */
function settle(turn: Turn): void {
  resume(turn);
  begin(turn);
  checkStart(turn);
  leave(turn);
  endStopping(turn);
  const { lead } = turn.state;
  if (lead) keep(turn, lead);
  else stand(turn);
  withdraw(turn);
  end(turn);
}

function takeAnswer(turn: Turn, { to, sentAt, answer }: Extract<Event, { type: 'answer' }>): void {
  if (typeof answer === 'string') return takeSetback(turn, to, answer);
  if (to !== 'renew') turn.change({ asked: undefined, setbacks: 0 });
  observe(turn, answer);
  if (to === 'renew' || to === 'restate') renewed(turn, sentAt);
}

/** Renewals are repeated all the same. Anything else waits the longer, the more often it failed; one conflict is none. */
function takeSetback(turn: Turn, to: Answered, answer: 'refused' | 'failed'): void {
  if (answer === 'refused' || to !== 'renew') turn.change({ isStale: true });
  if (to === 'renew') return;
  const { timing } = turn.state;
  const setbacks = turn.state.setbacks + 1;
  const pause = pauseAfter(answer === 'refused' ? setbacks - 1 : setbacks, timing);
  const askAt = turn.now + Math.min(pause, 2 * timing.retryPeriod);
  turn.change({ asked: undefined, setbacks, askAt });
}

function takeUnread(turn: Turn): void {
  const { timing } = turn.state;
  const unread = turn.state.unread + 1;
  const pause = Math.min(pauseAfter(unread, timing), timing.retryPeriod);
  turn.change({ asked: undefined, unread, askAt: turn.now + pause });
}

function pauseAfter(times: number, { retryPeriod }: TimingMilliseconds): number {
  return times === 0 ? 0 : (retryPeriod / 8) * 2 ** times;
}

function takeGate(turn: Turn, gate: Gate): void {
  const { lead, gate: before } = turn.state;
  turn.change({ gate });
  if (!lead) return;
  if (!('id' in gate) || gate.id !== lead.gate) return lose(turn, lead, 'container gone');
  if (gate.word === 'ended') {
    // It never answered.
    if (lead.phase === 'starting') turn.change({ hasFailed: true });
    return lose(turn, lead, 'application stopped');
  }
  if (lead.phase === 'stopping') return;
  if (gate.word === 'waiting') allow(turn, lead, true);
  else if (before.word !== 'running') turn.do({ do: 'check', term: lead.term });
}

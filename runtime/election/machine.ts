/**
 * Who may lead, as a pure function: what happened, when, and what is to be done about it.
 *
 * Guaranteed, with the gate's part of docs/decisions/0002-runtime-contract.md:
 * - An application runs only while its member holds the Lease: until the *sending* of the last successful renewal plus
 *   `renewDeadline`. Another member takes a Lease only when it saw it unchanged for `leaseDuration`, or given up by a
 *   holder whose application had stopped. A Lease that somebody emptied or deleted is not such a one.
 * - One failed request, or an API server that is away for less than the deadline, changes nothing.
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
import { isEmptied, isOurs, restatingClaim, takingClaim } from './claim';
import { observed, observedNone } from './observation';
import { timingFor } from './timing';
import type { Action, Event, Gate, LeaseRecord, Loss, Note, Settings, State } from './state';

export interface Step {
  readonly state: State;
  readonly actions: readonly Action[];
}

/** How long clients may wait for a successor before they are refused. */
const WITHDRAW_AFTER_MS = 1000;

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
    standsAt: 0,
    hasFailed: false,
  };
}

/** What follows from an event, and from the time. */
export function step(state: State, event: Event, now: number): Step {
  const turn = new Turn(state, now);
  turn.take(event);
  turn.settle();
  return { state: turn.state, actions: turn.actions };
}

/** When to take the next `tick` at the latest. */
export function wakeAt({ lead, seen, askAt, standsAt, withdrawal, endBy }: State, now: number): number {
  const times = [
    lead?.until,
    lead?.renewAt,
    lead?.startBy,
    seen?.takeableAt,
    askAt,
    standsAt,
    withdrawal?.at,
    endBy,
  ];
  return Math.min(...times.map((time = now) => (time > now ? time : Infinity)));
}

/** One step under way. */
class Turn {
  readonly actions: Action[] = [];

  constructor(
    public state: State,
    private readonly now: number,
  ) {}

  take(event: Event): void {
    // A lead that has run out is over before anything else is believed.
    this.expire();
    switch (event.type) {
      case 'watched':
        return this.observe(event.record);
      case 'unwatched':
        return this.change({ isStale: true });
      case 'read':
        this.change({ asked: undefined, isStale: false });
        if (event.record) return this.observe(event.record, true);
        return this.change({
          seen: observedNone(this.state.seen, event.ledBefore, this.state.settings, this.now),
        });
      case 'unread':
        return this.change({ asked: undefined, askAt: this.now + this.state.timing.retryPeriod });
      case 'answer':
        return this.takeAnswer(event);
      case 'gate':
        return this.takeGate(event.gate);
      case 'answered':
        return this.takeAnswered(event.term);
      case 'give-up':
        return this.giveUp();
      case 'leave':
        return this.change({ standsAt: Infinity });
      case 'end':
        return this.change({ endBy: this.state.endBy ?? this.now + END_AFTER_MS });
      case 'tick':
        return;
    }
  }

  /** Does what is due, whatever happened: what failed before is due again. */
  settle(): void {
    this.resume();
    this.checkStart();
    this.leave();
    this.endStopping();
    if (this.state.lead) this.keep();
    else this.stand();
    this.withdraw();
    this.end();
  }

  // --- what happened ---------------------------------------------------------------------------------------------------

  private takeAnswer({ to, sentAt, answer }: Extract<Event, { type: 'answer' }>): void {
    const { timing, lead } = this.state;
    if (to !== 'renew') this.change({ asked: undefined });
    if (answer === 'refused') return this.change({ isStale: true });
    if (answer === 'failed') {
      const soon = this.now + timing.retryPeriod / 4;
      if (to === 'renew') return this.changeLead({ renewAt: Math.min(lead?.renewAt ?? soon, soon) });
      return this.change({ isStale: true, askAt: soon });
    }
    if (to === 'acquire') return this.begin(answer, sentAt);
    this.observe(answer);
    if (to === 'renew' || to === 'restate') this.prolong(sentAt + timing.renewDeadline);
  }

  private takeGate(gate: Gate): void {
    const { lead, gate: before } = this.state;
    this.change({ gate });
    if (!lead) return;
    if (!('id' in gate) || gate.id !== lead.gate) return this.lose('container gone');
    if (gate.word === 'ended') {
      // It never answered.
      if (lead.phase === 'starting') this.change({ hasFailed: true });
      return this.lose('application stopped');
    }
    if (lead.phase === 'stopping') return;
    if (gate.word === 'waiting') this.allow(true);
    else if (before.word !== 'running' && lead.phase === 'starting')
      this.do({ do: 'check', term: lead.term });
  }

  private takeAnswered(term: number): void {
    const { lead, gate } = this.state;
    if (lead?.term !== term || lead.phase !== 'starting' || gate.word !== 'running') return;
    this.changeLead({ phase: 'serving' });
    this.change({ hasFailed: false });
    this.do({ do: 'route', term });
    this.note({ what: 'serving', term });
  }

  private giveUp(): void {
    const { lead } = this.state;
    if (!lead || lead.phase === 'stopping') return;
    this.standBack();
    this.stopApplication();
  }

  /** A watch and a late answer may tell what is older than what is known; a read does not, but for a restored etcd. */
  private observe(record: LeaseRecord, isRead = false): void {
    const known = this.state.seen?.record;
    if (known && (isRead ? record.version === known.version : record.version <= known.version)) return;
    this.change({ seen: observed(this.state.seen, record, this.state.settings, this.now) });
  }

  // --- a lead ----------------------------------------------------------------------------------------------------------

  private begin(record: LeaseRecord, sentAt: number): void {
    this.observe(record);
    const { gate, settings } = this.state;
    const timing = timingFor(settings.timing, record.counted ?? 0) ?? settings.timing;
    const until = sentAt + timing.renewDeadline;
    this.change({ taken: record.acquired });
    // Too late, or with nothing to run: the Lease is ours all the same, and `stand` sees to it.
    if (gate.word !== 'waiting' || this.now >= until) return;
    const term = record.version;
    this.change({
      timing,
      lead: {
        phase: 'starting',
        term,
        gate: gate.id,
        until,
        renewAt: sentAt + timing.retryPeriod,
        startBy: this.now + settings.startTimeout,
      },
      former: undefined,
      withdrawal: undefined,
    });
    this.note({ what: 'acquired', term });
    this.allow(true);
  }

  /** Takes up the lead of a former process, whose application still runs. */
  private resume(): void {
    const { former, gate, seen, settings, timing } = this.state;
    if (!former || seen?.record?.holder !== settings.identity) return;
    if (gate.word !== 'running' || gate.id !== former.gate || gate.term !== former.term) return;
    this.change({
      former: undefined,
      lead: {
        ...former,
        phase: 'starting',
        renewAt: this.now,
        startBy: this.now + settings.startTimeout,
      },
      taken: seen.record.acquired,
      timing: timingFor(settings.timing, seen.record.counted ?? 0) ?? timing,
    });
    this.note({ what: 'resumed', term: former.term });
    this.do({ do: 'check', term: former.term });
  }

  private prolong(until: number): void {
    const { lead } = this.state;
    if (!lead || until <= lead.until) return;
    this.changeLead({ until });
    if (lead.phase !== 'stopping') this.allow(false);
  }

  private allow(ring: boolean): void {
    const { lead } = this.state;
    if (!lead) return;
    const { until, term, gate } = lead;
    this.do({ do: 'allow', deadline: { until, term, gate }, ring });
  }

  private expire(): void {
    const { lead, former } = this.state;
    if (lead && this.now >= lead.until) this.lose('not renewed in time');
    if (former && this.now >= former.until) this.change({ former: undefined });
  }

  private lose(why: Loss): void {
    const { lead } = this.state;
    if (!lead) return;
    const at = this.now + WITHDRAW_AFTER_MS;
    this.change({ lead: undefined, withdrawal: { at, term: lead.term } });
    this.forbid();
    this.do({ do: 'stand-by' });
    this.note({ what: 'lost', term: lead.term, why });
  }

  private stopApplication(): void {
    this.changeLead({ phase: 'stopping' });
    this.forbid();
  }

  /** A gate that waited may have begun in this moment: only what it says next is known. */
  private forbid(): void {
    if (this.state.gate.word === 'waiting') this.change({ gate: { word: 'unknown' } });
    this.do({ do: 'forbid' });
  }

  private checkStart(): void {
    const { lead } = this.state;
    if (lead?.phase !== 'starting' || this.now < lead.startBy) return;
    this.change({ hasFailed: true });
    this.standBack();
    this.note({ what: 'start-timed-out', term: lead.term });
    this.stopApplication();
  }

  /** Others have a lease's time to stand for election. */
  private standBack(): void {
    const { standsAt, timing } = this.state;
    this.change({ standsAt: Math.max(standsAt, this.now + timing.leaseDuration) });
  }

  /** Also what was taken, or taken up again, in this moment. */
  private leave(): void {
    const { lead, standsAt } = this.state;
    if (standsAt === Infinity && lead && lead.phase !== 'stopping') this.stopApplication();
  }

  /** A gate that still waits has started nothing. */
  private endStopping(): void {
    const { lead, gate, endBy } = this.state;
    if (!lead || gate.word !== 'waiting') return;
    if (lead.phase === 'stopping') this.lose('application stopped');
    else if (endBy !== undefined) this.stopApplication();
  }

  /** Keeps the Lease as this leader counts on it. */
  private keep(): void {
    const { lead, seen } = this.state;
    if (!lead) return;
    const record = seen?.record;
    if (record && !isOurs(this.state, record) && !isEmptied(this.state, record)) {
      this.lose('taken by another');
      return this.stand();
    }
    if (this.state.isStale) this.ask('read', { do: 'read' });
    else if (record) this.restate(record);
    else this.ask('ensure', { do: 'ensure' });
    this.renew();
  }

  private renew(): void {
    const { lead, timing } = this.state;
    if (!lead || this.now < lead.renewAt) return;
    this.changeLead({ renewAt: this.now + timing.retryPeriod });
    this.do({ do: 'renew' });
  }

  /**
   * Has the Lease say what this leader counts on, also after somebody has edited `leaseDurationSeconds`. A shorter time
   * binds the leader before the Lease says so, a longer one helps it only afterwards.
   */
  private restate(record: LeaseRecord): void {
    const { settings, timing, asked, askAt } = this.state;
    if (asked || this.now < askAt) return;
    const isHeld = record.holder === settings.identity;
    const edited = isHeld ? timingFor(settings.timing, record.duration) : timing;
    const counted = (edited ?? timing).leaseDuration;
    const isStated = isHeld && edited !== undefined && record.counted === counted;
    if (isStated || counted < timing.leaseDuration) this.retime(edited ?? timing);
    if (isStated) return;
    if (!edited) this.note({ what: 'edit-refused', seconds: record.duration / 1000 });
    const claim = restatingClaim(this.state, record, counted, edited !== undefined);
    this.ask('restate', { do: 'restate', claim });
  }

  private retime(timing: TimingMilliseconds): void {
    const { lead, timing: before } = this.state;
    if (!lead || timing.leaseDuration === before.leaseDuration) return;
    const until = Math.min(lead.until, this.now + timing.renewDeadline);
    this.change({ timing, lead: { ...lead, until, renewAt: this.now } });
    this.note({ what: 'retimed', seconds: timing.leaseDuration / 1000 });
    if (lead.phase !== 'stopping') this.allow(false);
  }

  // --- a standby -------------------------------------------------------------------------------------------------------

  private stand(): void {
    const { gate, seen, isStale, endBy, standsAt, former } = this.state;
    if (!seen || isStale) return this.ask('read', { do: 'read' });
    const { record, takeableAt } = seen;
    const isHeld = isOurs(this.state, record);
    // What runs may be the lead of a former process, which is taken up when all of it is known.
    if (gate.word === 'running' && !former) this.forbid();
    if (['running', 'unknown'].includes(gate.word)) return;
    if (takeableAt === Infinity) return this.ask('ensure', { do: 'ensure' });
    const stands = gate.word === 'waiting' && endBy === undefined && this.now >= standsAt;
    if (stands && (isHeld || this.now >= takeableAt))
      this.ask('acquire', { do: 'acquire', claim: takingClaim(this.state, record) });
    else if (record && isHeld) this.ask('release', { do: 'release', acquired: record.acquired });
  }

  private withdraw(): void {
    const { withdrawal, seen, settings } = this.state;
    if (!withdrawal) return;
    const holder = seen?.record?.holder ?? '';
    const hasSuccessor = !['', settings.identity].includes(holder);
    if (!hasSuccessor && this.now < withdrawal.at) return;
    this.change({ withdrawal: undefined });
    if (!hasSuccessor) this.do({ do: 'withdraw', term: withdrawal.term });
  }

  /** An application that runs is left to the next process of this elector. */
  private end(): void {
    const { endBy, gate, lead, seen, asked } = this.state;
    if (endBy === undefined) return;
    const isHeld = lead !== undefined || asked === 'acquire' || isOurs(this.state, seen?.record);
    const isLeft = gate.word === 'running' && this.now >= endBy;
    if (isLeft || !isHeld) this.do({ do: 'exit' });
  }

  // --- the means -------------------------------------------------------------------------------------------------------

  private ask(request: NonNullable<State['asked']>, action: Action): void {
    if (this.state.asked || this.now < this.state.askAt) return;
    this.change({ asked: request });
    this.do(action);
  }

  private note(note: Note): void {
    this.do({ do: 'note', note });
  }

  private do(action: Action): void {
    this.actions.push(action);
  }

  private change(changes: Partial<State>): void {
    this.state = { ...this.state, ...changes };
  }

  private changeLead(changes: Partial<NonNullable<State['lead']>>): void {
    const { lead } = this.state;
    if (lead) this.change({ lead: { ...lead, ...changes } });
  }
}

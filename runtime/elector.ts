/** Carries out what the state machine decides, and tells it what comes of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SAFETY_MARGIN_MS } from '../lib/leader/timing-rules';
import { type AppCheck, answers } from './app-check';
import { initialState, step, wakeAt } from './election/machine';
import type { Action, Answer, Answered, Event, Note } from './election/events';
import type { Settings, State } from './election/state';
import { type GateLink, SILENCE_MS } from './gate/gate';
import type { Health } from './http-interface';
import type { Api } from './kubernetes/api';
import { type LeaseClient, recordOf } from './kubernetes/lease';
import { watchObject } from './kubernetes/watch';
import type { Metrics } from './metrics';
import type { Peers } from './peers';
import type { Router } from './routing/router';

/** What a part offers, whoever plays it. */
type Public<T> = Pick<T, keyof T>;

export interface ElectorParts {
  readonly settings: Settings;
  readonly leaseName: string;
  readonly api: Api;
  readonly lease: Public<LeaseClient>;
  readonly gate: GateLink;
  readonly router: Public<Router>;

  /** Whom to ask while the API server is away. */
  readonly peers?: Public<Peers>;
  readonly appCheck: AppCheck;

  /** Milliseconds of the kernel's uptime. */
  readonly clock: () => number;
  readonly onNote: (note: Note) => void;
  readonly onExit: () => void;
}

/** A start is looked for often at first, and slow starts less. */
const FIRST_CHECK_PAUSE_MS = 5;
const LONGEST_CHECK_PAUSE_MS = 250;
const CHECK_TIMEOUT_MS = 1500;

/** The gate asks anew a second after an answer, which may take 5 s. */
const ANSWER_MS = 7000;

/** How late a renewal may be told of. */
const RENEWAL_MS = 1000;

/** Node's timers have 31 bits; a Lease may be edited to last for years. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A request that nobody answers makes way for the next. Renewals do not wait for each other. */
const LONGEST_REQUEST_MS = 4000;

/** Of a Lease that is held: two renewals that are not heard of, and the time for them to come. */
function longestRest({ seen, timing }: State): number {
  return seen?.record?.holder ? 2 * timing.retryPeriod + RENEWAL_MS : Infinity;
}

export class Elector {
  private current: State;
  private readonly queue: Event[] = [];
  private isBusy = false;
  private timer: NodeJS.Timeout | undefined;
  private heardAt = 0;

  /** Since when the application should be stopping. */
  private stopsSince: number | undefined;
  private answeredAt = 0;
  private metrics: Metrics | undefined;
  private acquiredAt = 0;

  constructor(private readonly parts: ElectorParts) {
    this.current = initialState(parts.settings, parts.gate.former);
    if (parts.peers) parts.peers.onEvent = (event) => this.handle(event);
    parts.gate.onWord = (gate) => {
      this.heardAt = parts.clock();
      this.handle({ type: 'gate', gate });
    };
    parts.gate.onAnswer = (term) => {
      this.answeredAt = parts.clock();
      this.handle({ type: 'answered', term });
    };
  }

  get state(): State {
    return this.current;
  }

  /** Begins; measured by `metrics`. Ends never, but by the action `exit`. */
  start(metrics: Metrics, signal: AbortSignal): void {
    const { api, gate, lease, router, leaseName } = this.parts;
    this.metrics = metrics;
    gate.open();
    router.watch(signal);
    const listener = {
      onObject: (object: unknown) => {
        this.handle({ type: 'watched', record: recordOf(object) });
      },
      onGap: () => {
        this.handle({ type: 'unwatched' });
      },
    };
    const watched = {
      collection: lease.collection,
      name: leaseName,
      longestRest: () => longestRest(this.current),
    };
    void watchObject(api, watched, listener, signal);
    this.handle({ type: 'tick' });
  }

  /** SIGTERM: what this member holds is given up, unless its application still runs. */
  end(): void {
    this.handle({ type: 'end' });
  }

  /** Another member shall lead. */
  giveUp(): void {
    void this.parts.router.findSuccessor().then(() => this.handle({ type: 'give-up' }));
  }

  /** This member's pod is to be deleted: another shall lead now and from now on. */
  leave(): void {
    this.handle({ type: 'leave' });
  }

  get health(): Health {
    const { gate, lead, hasFailed, seen, timing } = this.current;
    const runs = gate.word === 'running';
    const serves = runs && lead?.phase === 'serving';
    return {
      isWell: this.parts.gate.isOpen,
      isReady: this.parts.gate.isOpen && this.parts.gate.isFit && seen !== undefined,
      hasStarted: !runs || serves,
      isAlive: async () => {
        const now = this.parts.clock();
        if (runs && now - this.heardAt >= SILENCE_MS) return false;
        if (now - (this.stopsSince ?? now) > timing.killAfter + SAFETY_MARGIN_MS) return false;
        return !serves || (await this.isAnswering());
      },
      isGood: !hasFailed,
    };
  }

  /** Who leads. A standby knows the token of its own leads only. */
  get leader(): object {
    const { seen, lead, settings } = this.current;
    const { holder = '', acquired = '' } = seen?.record ?? {};
    const pod = holder.replace(/_.*/, '');
    return {
      pod: pod === '' ? null : pod,
      since: acquired === '' ? null : acquired,
      term: lead?.term ?? null,
      self: settings.pod,
      phase: lead?.phase ?? 'standby',
    };
  }

  /** One after the other: what an action tells at once is taken when the actions before it are done. */
  private handle(event: Event): void {
    this.queue.push(event);
    if (this.isBusy) return;
    this.isBusy = true;
    for (let next = this.queue.shift(); next; next = this.queue.shift()) {
      const { state, actions } = step(this.current, next, this.parts.clock());
      this.current = state;
      for (const action of actions) this.perform(action);
    }
    this.isBusy = false;
    this.stopsSince = this.shallStop ? (this.stopsSince ?? this.parts.clock()) : undefined;
    this.wake();
  }

  /** Whether the application runs, or may run, and no lead allows it. */
  private get shallStop(): boolean {
    const { gate, lead } = this.current;
    return lead === undefined ? gate.word === 'running' : lead.phase === 'stopping';
  }

  private wake(): void {
    clearTimeout(this.timer);
    const now = this.parts.clock();
    const at = wakeAt(this.current, now);
    // The clock goes in steps of 10 ms: woken too early, it would be asked again and again.
    const pause = Math.min(at - now + 1, LONGEST_TIMER_MS);
    if (at < Infinity) this.timer = setTimeout(() => this.handle({ type: 'tick' }), pause);
  }

  private perform(action: Action): void {
    const { gate, lease, router } = this.parts;
    const { timing, unread, setbacks } = this.current;
    // The first gives way soon, so that a connection that died in silence costs little.
    const timeout = Math.min(
      timing.renewDeadline,
      LONGEST_REQUEST_MS,
      timing.retryPeriod * (1 + unread + setbacks),
    );
    switch (action.do) {
      case 'read':
        return this.read(timeout);
      case 'ensure':
        return this.ask('ensure', () => lease.ensure(timeout, action.duration));
      case 'acquire':
      case 'restate':
        return this.ask(action.do, () => lease.claim(action.claim, timeout));
      case 'renew':
        return this.ask('renew', () => lease.renew(this.current.timing.renewDeadline, action.fresh));
      case 'release': {
        const { acquired } = action;
        const { counted, transitions = 0 } = this.current.seen?.record ?? {};
        const hasAnnotations = counted !== undefined;
        const release = { acquired, transitions, hasAnnotations, preferred: router.preferred };
        return this.ask('release', () => lease.release(release, timeout));
      }
      case 'ask-peers':
        return this.parts.peers?.ask(action);
      case 'reply':
        return this.parts.peers?.reply(action);
      case 'allow':
        return gate.allow(action.deadline, action.ring);
      case 'forbid':
        return gate.forbid();
      case 'check':
        return void this.check(action.term);
      case 'route':
        return router.lead(action.term, () => this.left(action.term));
      case 'withdraw':
        return router.withdraw(action.term);
      case 'stand-by':
        return router.standBy();
      case 'note':
        return this.note(action.note);
      case 'exit':
        return this.parts.onExit();
    }
  }

  /** What is granted counts from before it was sent. */
  private ask(to: Answered, send: () => Promise<Answer>): void {
    const sentAt = this.parts.clock();
    const began = performance.now();
    const take = (answer: Answer) => {
      const result = typeof answer === 'string' ? answer : 'done';
      this.metrics?.requests.inc({ request: to, result });
      if (to === 'renew') this.metrics?.renewal.observe((performance.now() - began) / 1000);
      if (to === 'renew' && result === 'done') this.parts.router.renewed(sentAt);
      this.handle({ type: 'answer', to, sentAt, answer });
    };
    send().then(take, () => take('failed'));
  }

  private read(timeout: number): void {
    const take = (event: Event, result: string) => {
      this.metrics?.requests.inc({ request: 'read', result });
      this.handle(event);
    };
    this.parts.lease.read(timeout).then(
      (record) => take({ type: 'read', record }, 'done'),
      () => take({ type: 'unread' }, 'failed'),
    );
  }

  private async isAnswering(): Promise<boolean> {
    const { appCheck, clock } = this.parts;
    return appCheck === 'gate' ? clock() - this.answeredAt < ANSWER_MS : answers(appCheck, CHECK_TIMEOUT_MS);
  }

  private async check(term: number): Promise<void> {
    const { appCheck } = this.parts;
    if (appCheck === 'gate') return;
    let pause = FIRST_CHECK_PAUSE_MS;
    const isWanted = () => this.current.lead?.term === term && this.current.lead.phase === 'starting';
    while (isWanted()) {
      if (await answers(appCheck, CHECK_TIMEOUT_MS)) {
        this.handle({ type: 'answered', term });
        return;
      }
      await sleep(pause);
      pause = Math.min(1.2 * pause, LONGEST_CHECK_PAUSE_MS);
    }
  }

  /** How long the lead of this term lasts without a renewal. */
  private left(term: number): number {
    const { lead } = this.current;
    return lead?.term === term && lead.phase === 'serving' ? lead.until - this.parts.clock() : 0;
  }

  private note(note: Note): void {
    if (note.what === 'acquired') {
      this.acquiredAt = this.parts.clock();
      this.parts.router.begin(note.term);
    }
    if (note.what === 'serving') this.metrics?.start.observe((this.parts.clock() - this.acquiredAt) / 1000);
    this.parts.onNote(note);
  }
}

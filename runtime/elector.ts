/** Carries out what the state machine decides, and tells it what comes of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type AppCheck, answers } from './app-check';
import { initialState, step, wakeAt } from './election/machine';
import type { Action, Answer, Event, LeaseRecord, Note, Request, Settings, State } from './election/state';
import type { GateLink } from './gate/gate';
import type { Health } from './http-interface';
import type { Api } from './kubernetes/api';
import { type LeaseClient, recordOf } from './kubernetes/lease';
import { watchObject } from './kubernetes/watch';
import type { Metrics } from './metrics';
import type { Router } from './routing/router';

export interface ElectorParts {
  readonly settings: Settings;
  readonly leaseName: string;
  readonly api: Api;
  readonly lease: LeaseClient;
  readonly gate: GateLink;
  readonly router: Router;
  readonly appCheck: AppCheck;

  /** Whether a pod with these labels is the leader. */
  readonly isLeader: (labels: Readonly<Record<string, string>>) => boolean;

  /** Milliseconds of the kernel's uptime. */
  readonly clock: () => number;
  readonly onNote: (note: Note) => void;
  readonly onExit: () => void;
}

/** A start is looked for often at first, and slow starts less. */
const FIRST_CHECK_PAUSE_MS = 5;
const LONGEST_CHECK_PAUSE_MS = 250;
const CHECK_TIMEOUT_MS = 1500;

/** Ten of the gate's ticks. */
const HEARTBEAT_MS = 2000;

/** The gate asks anew a second after an answer, which may take 5 s. */
const ANSWER_MS = 7000;

/** A request that nobody answers makes way for the next. Renewals do not wait for each other. */
const LONGEST_REQUEST_MS = 4000;

export class Elector {
  private current: State;
  private readonly queue: Event[] = [];
  private isBusy = false;
  private timer: NodeJS.Timeout | undefined;
  private heardAt = 0;
  private answeredAt = 0;
  private metrics: Metrics | undefined;
  private acquiredAt = 0;

  constructor(private readonly parts: ElectorParts) {
    this.current = initialState(parts.settings, parts.gate.former);
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
    void watchObject(api, { collection: lease.collection, name: leaseName }, listener, signal);
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
    const { gate, lead, hasFailed } = this.current;
    const runs = gate.word === 'running';
    const serves = runs && lead?.phase === 'serving';
    return {
      isWell: this.parts.gate.isOpen,
      hasStarted: !runs || serves,
      isAlive: async () => {
        if (!serves) return true;
        const beats = this.parts.clock() - this.heardAt < HEARTBEAT_MS;
        return beats && (await this.isAnswering());
      },
      isGood: !hasFailed,
    };
  }

  /** Who leads. A standby knows the token of its own leads only. */
  get leader(): object {
    const { seen, lead, settings } = this.current;
    const { holder = '', acquired = '' } = seen?.record ?? {};
    const [pod = ''] = holder.split('_');
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
    this.wake();
  }

  private wake(): void {
    clearTimeout(this.timer);
    const now = this.parts.clock();
    const at = wakeAt(this.current, now);
    // The clock goes in steps of 10 ms: woken too early, it would be asked again and again.
    if (at < Infinity) this.timer = setTimeout(() => this.handle({ type: 'tick' }), at - now + 1);
  }

  private perform(action: Action): void {
    const { gate, lease, router } = this.parts;
    const timeout = Math.min(this.current.timing.renewDeadline, LONGEST_REQUEST_MS);
    switch (action.do) {
      case 'read':
        return this.read(timeout);
      case 'ensure':
        return this.ask('ensure', lease.ensure(timeout));
      case 'acquire':
      case 'restate':
        return this.ask(action.do, lease.claim(action.claim, timeout));
      case 'renew':
        return this.ask('renew', lease.renew(this.current.timing.renewDeadline));
      case 'release': {
        const { acquired } = action;
        const { preferred } = router;
        const hasAnnotations = this.current.seen?.record?.counted !== undefined;
        const release = { acquired, hasAnnotations, ...(preferred !== undefined && { preferred }) };
        return this.ask('release', lease.release(release, timeout));
      }
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

  private ask(to: Exclude<Request, 'read'> | 'renew', asked: Promise<Answer>): void {
    const sentAt = this.parts.clock();
    const began = performance.now();
    const take = (answer: Answer) => {
      const result = typeof answer === 'string' ? answer : 'done';
      this.metrics?.requests.inc({ request: to, result });
      if (to === 'renew') this.metrics?.renewal.observe((performance.now() - began) / 1000);
      this.handle({ type: 'answer', to, sentAt, answer });
    };
    asked.then(take, () => take('failed'));
  }

  private read(timeout: number): void {
    const take = (event: Event, result: string) => {
      this.metrics?.requests.inc({ request: 'read', result });
      this.handle(event);
    };
    this.readLease(timeout).then(
      (event) => take(event, 'done'),
      () => take({ type: 'unread' }, 'failed'),
    );
  }

  private async readLease(timeout: number): Promise<Event> {
    const { lease, router, isLeader } = this.parts;
    const record: LeaseRecord | undefined = await lease.read(timeout);
    const ledBefore = record === undefined && (await router.hasLed(timeout, isLeader));
    return { type: 'read', record, ledBefore };
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
    if (note.what === 'acquired') this.acquiredAt = this.parts.clock();
    if (note.what === 'serving') this.metrics?.start.observe((this.parts.clock() - this.acquiredAt) / 1000);
    this.parts.onNote(note);
  }
}

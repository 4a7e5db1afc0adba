/**
 * Members, their gates and an API server in virtual time: requests are late, lost before or after they count, processes
 * pause and die, people edit the Lease. It keeps the contract of docs/decisions/0002-runtime-contract.md, and records
 * when applications ran.
 */
import { initialState, step, wakeAt } from '../../../runtime/election/machine';
import type { Action, Answer, Claim, Event } from '../../../runtime/election/events';
import type { Deadline, Gate, LeaseRecord, Request, Settings, State } from '../../../runtime/election/state';
import { Random } from './random';

export const TIMING = { leaseDuration: 10_000, renewDeadline: 7000, retryPeriod: 2500, killAfter: 2000 };

const TICK = 200;
const REQUEST_TIMEOUT = 4000;
const START_TIMEOUT = 15_000;

/** One run of an application. */
export interface Run {
  readonly member: number;
  readonly term: number;
  readonly start: number;
  end: number;
}

export type Fault =
  | {
      readonly kind:
        | 'pause-elector'
        | 'kill-elector'
        | 'end-elector'
        | 'kill-container'
        | 'exit'
        | 'give-up'
        | 'hang-start';
      readonly member: number;
      readonly for: number;
    }
  /** Requests of one member, or of all, are lost before they count, after, or are late by up to 6 s. */
  | {
      readonly kind: 'lose-requests' | 'lose-answers' | 'delay';
      readonly member?: number;
      readonly for: number;
    }
  | { readonly kind: 'delete-lease' | 'empty-lease'; readonly for: number }
  | { readonly kind: 'give-to'; readonly member: number; readonly for: number }
  | { readonly kind: 'edit-duration'; readonly seconds: number; readonly for: number }
  | { readonly kind: 'stop-watches'; readonly for: number };

/** A fault, and how long after the one before. */
export interface Scheduled {
  readonly after: number;
  readonly fault: Fault;
}

interface Job {
  readonly at: number;
  readonly run: () => void;
}

/** The API server's side of the Lease. */
class ApiServer {
  lease: LeaseRecord | undefined;
  readonly watchers = new Set<(record: LeaseRecord | undefined) => void>();
  private version = 100;

  write(record: Omit<LeaseRecord, 'version'>): LeaseRecord {
    this.version += 1 + (this.version % 3);
    this.lease = { ...record, version: this.version };
    this.tell();
    return this.lease;
  }

  delete(): void {
    this.version += 1;
    this.lease = undefined;
    this.tell();
  }

  /** What a POST without a holder does. */
  ensure(duration: number): Answer {
    if (this.lease) return 'refused';
    return this.write({ holder: '', acquired: '', duration, transitions: 0, released: false });
  }

  /** What PUT and POST do. */
  claim(
    { base, duration, counted, transitions, acquired }: Claim,
    holder: string,
    configured: number,
  ): Answer {
    if (base.version !== this.lease?.version) return 'refused';
    return this.write({
      holder,
      acquired,
      duration,
      counted,
      configured,
      transitions,
      released: false,
    });
  }

  /** What the PATCH with tests does. */
  patch(expected: Partial<LeaseRecord>, changes: Partial<LeaseRecord>): Answer {
    const { holder, acquired } = this.lease ?? {};
    if (holder !== expected.holder || acquired !== (expected.acquired ?? acquired)) return 'refused';
    if (!this.lease) return 'refused';
    return this.write({ ...this.lease, ...changes });
  }

  private tell(): void {
    for (const watcher of this.watchers) watcher(this.lease);
  }
}

export class World {
  now = 1000;
  readonly runs: Run[] = [];
  readonly api = new ApiServer();
  readonly members: Member[];
  readonly random: Random;
  readonly troubles = new Map<string, number>();
  private jobs: Job[] = [];

  constructor(count: number, seed: number) {
    this.random = new Random(seed);
    this.members = Array.from({ length: count }, (_, index) => new Member(this, index));
  }

  later(delay: number, run: () => void): void {
    const at = this.now + delay;
    // Of jobs at one time the first that was asked for comes first.
    const place = this.jobs.findLastIndex((job) => job.at <= at) + 1;
    this.jobs.splice(place, 0, { at, run });
  }

  /** Lets so much time pass. */
  pass(time: number): void {
    const end = this.now + time;
    for (;;) {
      const [next] = this.jobs;
      if (!next || next.at > end) break;
      this.jobs.shift();
      this.now = next.at;
      next.run();
    }
    this.now = end;
  }

  hasTrouble(kind: string, member: number): boolean {
    return [kind, `${kind} ${member}`].some((key) => (this.troubles.get(key) ?? 0) > this.now);
  }

  inflict(fault: Fault): void {
    const until = this.now + fault.for;
    const { lease } = this.api;
    switch (fault.kind) {
      case 'lose-requests':
      case 'lose-answers':
      case 'delay':
        this.troubles.set(fault.member === undefined ? fault.kind : `${fault.kind} ${fault.member}`, until);
        return;
      case 'stop-watches':
        this.troubles.set('stop-watches', until);
        return;
      case 'delete-lease':
        return this.api.delete();
      case 'empty-lease':
        if (lease) this.api.write({ ...lease, holder: '' });
        return;
      case 'give-to':
        if (lease) this.api.write({ ...lease, holder: this.memberOf(fault.member).settings.identity });
        return;
      case 'edit-duration':
        if (lease) this.api.write({ ...lease, duration: fault.seconds * 1000 });
        return;
      default:
        return this.memberOf(fault.member).suffer(fault.kind, until);
    }
  }

  private memberOf(index: number): Member {
    const member = this.members[index % this.members.length];
    if (!member) throw new Error('a world has members');
    return member;
  }
}

export class Member {
  readonly settings: Settings;
  readonly deadline: { value?: Deadline } = {};
  private readonly machine: { process: number; state?: State } = { process: 0 };
  private readonly container: GateProcess;
  private inbox: (() => void)[] = [];
  private pipe: Gate[] = [];
  private pausedUntil = 0;
  private hangsUntil = 0;
  private wakesAt = 0;

  constructor(
    readonly world: World,
    readonly index: number,
  ) {
    this.settings = {
      identity: `pod-${index}_uid`,
      pod: `pod-${index}`,
      startTimeout: START_TIMEOUT,
      timing: TIMING,
      bootedAt: 0,
    };
    this.container = new GateProcess(this);
    this.container.start();
    this.startElector();
  }

  get state(): State | undefined {
    return this.machine.state;
  }

  get hangsAtStart(): boolean {
    return this.hangsUntil > this.world.now;
  }

  suffer(kind: string, until: number): void {
    switch (kind) {
      case 'pause-elector':
        this.pausedUntil = Math.max(this.pausedUntil, until);
        return;
      case 'kill-elector':
        return this.endElector();
      case 'end-elector':
        return this.event({ type: 'end' });
      case 'kill-container':
        return this.container.kill();
      case 'exit':
        return this.container.exit();
      case 'hang-start':
        this.hangsUntil = until;
        return;
      default:
        this.event({ type: 'give-up' });
    }
  }

  /** Hands something to the elector, when it is not paused. It is lost when the process dies. */
  event(event: Event): void {
    const { process } = this.machine;
    const deliver = () => {
      if (this.machine.process === process) this.run(event);
    };
    this.inbox.push(deliver);
    this.drain();
  }

  /** A line of the gate: it waits in the pipe, in order, until the elector reads it. */
  hear(gate: Gate): void {
    this.pipe.push(gate);
    this.world.later(this.world.random.below(20), () => this.read());
  }

  private read(): void {
    if (this.pausedUntil > this.world.now) {
      this.world.later(this.pausedUntil - this.world.now, () => this.read());
      return;
    }
    const gate = this.pipe.shift();
    if (gate) this.event({ type: 'gate', gate });
  }

  /** Another is started soon. */
  private endElector(): void {
    delete this.machine.state;
    this.machine.process += 1;
    this.world.later(this.world.random.below(3000), () => this.startElector());
  }

  private startElector(): void {
    if (this.machine.state) return;
    this.wakesAt = 0;
    this.machine.state = initialState(this.settings, this.deadline.value);
    this.event({ type: 'tick' });
    const { process } = this.machine;
    this.world.api.watchers.add((record) => {
      this.world.later(this.world.random.below(50), () => {
        if (this.machine.process !== process || this.world.hasTrouble('stop-watches', this.index)) return;
        if (this.world.hasTrouble('lose-answers', this.index)) return;
        this.event(record ? { type: 'watched', record } : { type: 'unwatched' });
      });
    });
    this.container.ring();
  }

  private drain(): void {
    if (this.inbox.length === 0) return;
    if (this.pausedUntil > this.world.now) {
      this.world.later(this.pausedUntil - this.world.now, () => this.drain());
      return;
    }
    const [first] = this.inbox;
    this.inbox = this.inbox.slice(1);
    first?.();
    this.drain();
  }

  private run(event: Event): void {
    const { world, machine } = this;
    if (!machine.state) return;
    const { state, actions } = step(machine.state, event, world.now);
    machine.state = state;
    for (const action of actions) this.perform(action);
    this.wake(wakeAt(state, world.now));
  }

  private wake(at: number): void {
    const { world, machine } = this;
    if (at === Infinity || (this.wakesAt > world.now && this.wakesAt <= at)) return;
    this.wakesAt = at;
    const { process } = machine;
    world.later(at - world.now, () => {
      if (machine.process === process && this.wakesAt === at) this.event({ type: 'tick' });
    });
  }

  private perform(action: Action): void {
    const { world } = this;
    const { api } = world;
    const { identity, timing } = this.settings;
    const sentAt = world.now;
    switch (action.do) {
      case 'read':
        return this.request(
          () => api.lease,
          (record) => ({ type: 'read', record }),
          { type: 'unread' },
        );
      case 'ensure':
        return this.ask('ensure', sentAt, () => api.ensure(action.duration));
      case 'acquire':
      case 'restate':
        return this.ask(action.do, sentAt, () => api.claim(action.claim, identity, timing.leaseDuration));
      case 'renew':
        return this.ask('renew', sentAt, () => api.patch({ holder: identity }, {}));
      case 'release':
        return this.ask('release', sentAt, () =>
          api.patch(
            { holder: identity, acquired: action.acquired },
            { holder: '', acquired: '', released: true },
          ),
        );
      case 'allow':
        this.deadline.value = action.deadline;
        if (action.ring) this.container.ring();
        return;
      case 'forbid':
        delete this.deadline.value;
        // Said before it was forbidden: it tells nothing of the time after.
        this.pipe = this.pipe.filter(({ word }) => word !== 'waiting');
        return this.container.ring();
      case 'check':
        return this.container.whenAnswering(action.term, () => {
          this.event({ type: 'answered', term: action.term });
        });
      case 'exit':
        return this.endElector();
      default:
        return;
    }
  }

  private ask(to: Exclude<Request, 'read'> | 'renew', sentAt: number, write: () => Answer): void {
    const event = (answer: Answer): Event => ({ type: 'answer', to, sentAt, answer });
    this.request(write, event, event('failed'), to === 'renew' ? TIMING.renewDeadline : REQUEST_TIMEOUT);
  }

  /** A request takes its time to the API server and back, or is lost on one of the ways. */
  private request<T>(
    serve: () => T,
    toEvent: (answer: T) => Event,
    failure: Event,
    timeout = REQUEST_TIMEOUT,
  ): void {
    const { world, index } = this;
    const { process } = this.machine;
    const delay = () => 2 + world.random.below(world.hasTrouble('delay', index) ? 6000 : 30);
    const tell = (event: Event) => {
      if (this.machine.process === process) this.event(event);
    };
    const [there, back] = [delay(), delay()];
    const isLost = world.hasTrouble('lose-requests', index);
    const losesAnswer = isLost || world.hasTrouble('lose-answers', index) || there + back > timeout;
    if (losesAnswer) world.later(timeout, () => tell(failure));
    if (isLost) return;
    // What its sender has given up may count all the same.
    world.later(there, () => {
      const answer = serve();
      if (!losesAnswer) world.later(back, () => tell(toEvent(answer)));
    });
  }
}

/** The gate with its application: one container after another. */
class GateProcess {
  private id = '';
  private word: Gate['word'] = 'none';
  private current: Run | undefined;
  private life = 0;

  constructor(private readonly member: Member) {}

  private get world(): World {
    return this.member.world;
  }

  start(): void {
    this.life += 1;
    this.id = `${this.life}`;
    this.word = 'waiting';
    this.member.hear({ word: 'waiting', id: this.id });
  }

  ring(): void {
    const { life } = this;
    this.world.later(this.world.random.below(10), () => {
      if (life !== this.life || this.word !== 'waiting') return;
      if (this.isAllowed()) this.run();
      else this.member.hear({ word: 'waiting', id: this.id });
    });
  }

  kill(): void {
    if (this.word === 'none') return;
    this.stopNow();
    this.word = 'none';
    this.member.hear({ word: 'none' });
    this.restart();
  }

  exit(): void {
    if (this.current) this.end();
  }

  /** Calls back when the application of this term answers. */
  whenAnswering(term: number, answer: () => void): void {
    const { life } = this;
    this.world.later(300, () => {
      if (life !== this.life || this.current?.term !== term) return;
      if (this.member.hangsAtStart) this.whenAnswering(term, answer);
      else answer();
    });
  }

  private isAllowed(term?: number): boolean {
    const { value } = this.member.deadline;
    return (
      value?.gate === this.id && (term === undefined || value.term === term) && this.world.now < value.until
    );
  }

  private run(): void {
    const term = this.member.deadline.value?.term ?? 0;
    this.word = 'running';
    this.current = { member: this.member.index, term, start: this.world.now, end: Infinity };
    this.world.runs.push(this.current);
    this.tick(this.life, term);
  }

  private tick(life: number, term: number): void {
    if (life !== this.life || this.word !== 'running') return;
    if (!this.isAllowed(term)) return this.fence(life);
    this.member.hear({ word: 'running', id: this.id, term });
    this.world.later(TICK, () => this.tick(life, term));
  }

  /** SIGTERM, and after a while SIGKILL: the application takes up to that long. */
  private fence(life: number): void {
    this.world.later(this.world.random.below(TIMING.killAfter + TICK), () => {
      if (life === this.life && this.word === 'running') this.end();
    });
  }

  private end(): void {
    this.stopNow();
    this.word = 'ended';
    this.member.hear({ word: 'ended', id: this.id });
    this.restart();
  }

  private stopNow(): void {
    if (this.current) this.current.end = this.world.now;
    this.current = undefined;
  }

  private restart(): void {
    const { life } = this;
    this.world.later(this.world.random.below(2000), () => {
      if (life !== this.life) return;
      if (this.word === 'ended') this.member.hear({ word: 'none' });
      this.start();
    });
  }
}

/** A simulated pod: its elector, with the machine that is tested, and its container. */
import { initialState, step, wakeAt } from '../../../../runtime/election/machine';
import type { Action, Answer, Event } from '../../../../runtime/election/events';
import type { Deadline, Gate, Request, Settings, State } from '../../../../runtime/election/state';
import { GateProcess } from './gate-process';
import { PeerLink } from './peer-link';
import { TIMING } from './timing';
import type { World } from './world';

const LONGEST_REQUEST = 4000;
const START_TIMEOUT = 15_000;

export class Member {
  readonly settings: Settings;
  readonly deadline: { value?: Deadline } = {};
  private readonly machine: { process: number; state?: State } = { process: 0 };
  private readonly container: GateProcess;
  readonly link = new PeerLink(this);
  private inbox: (() => void)[] = [];
  private pipe: Gate[] = [];
  private pausedUntil = 0;
  private hangsUntil = 0;
  private wakesAt = 0;

  constructor(
    readonly world: World,
    readonly index: number,
    pods: readonly string[],
  ) {
    this.settings = {
      identity: `pod-${index}_uid`,
      pod: `pod-${index}`,
      startTimeout: START_TIMEOUT,
      timing: TIMING,
      bootedAt: 0,
      ...this.link.failsafe(pods),
    };
    this.container = new GateProcess(this);
    this.container.start();
    this.startElector();
  }

  get state(): State | undefined {
    return this.machine.state;
  }

  /** Tells which life of its elector this is. */
  get process(): number {
    return this.machine.process;
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
    machine.state = this.link.remembered(state);
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
    const { identity } = this.settings;
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
        return this.ask(action.do, sentAt, () => api.claim(action.claim, this.settings));
      case 'renew':
        return this.ask('renew', sentAt, () => api.patch({ holder: identity }, {}));
      case 'release':
        return this.ask('release', sentAt, () =>
          api.patch(
            { holder: identity, acquired: action.acquired },
            { holder: '', acquired: '', released: true },
          ),
        );
      case 'ask-peers':
        return this.link.ask(action);
      case 'reply':
        return this.link.reply(action);
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
    this.request(write, event, event('failed'), to === 'renew' ? TIMING.renewDeadline : this.patience);
  }

  /** As `runtime/elector.ts` has it. */
  private get patience(): number {
    const { unread = 0, setbacks = 0 } = this.machine.state ?? {};
    return Math.min(LONGEST_REQUEST, TIMING.retryPeriod * (1 + unread + setbacks));
  }

  /** A request takes its time to the API server and back, or is lost on one of the ways. */
  private request<T>(
    serve: () => T,
    toEvent: (answer: T) => Event,
    failure: Event,
    timeout = this.patience,
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

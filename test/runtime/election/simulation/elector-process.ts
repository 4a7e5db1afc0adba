/** One process of a simulated elector: the machine that is tested, with its gate, as runtime/elector.ts runs them. */
import type { Clock } from '../../../../runtime/clock';
import { initialState, step, wakeAt } from '../../../../runtime/election/machine';
import type { Action, Answer, Answered, Event } from '../../../../runtime/election/events';
import type { LeaseRecord, State } from '../../../../runtime/election/state';
import type { GateLink } from '../../../../runtime/gate/gate';
import type { Member } from './member';

const LONGEST_REQUEST = 4000;

export class ElectorProcess {
  isEnded = false;
  private current: State;
  private readonly gate: GateLink;
  private queue: Event[] = [];
  private isBusy = false;
  private pausedUntil = 0;
  private wakesAt = 0;
  private watch = { isDead: false };

  constructor(private readonly member: Member) {
    const clock: Clock = { now: () => member.world.now, later: (pause, run) => this.later(pause, run) };
    this.gate = member.container.linkTo(this, clock);
    this.current = initialState(member.settings, this.gate.former);
    this.gate.onWord = (gate) => this.take({ type: 'gate', gate });
    this.gate.onAnswer = (term) => this.take({ type: 'answered', term });
  }

  get state(): State {
    return this.current;
  }

  /** Whether it has seen this lead. */
  knows(lease: LeaseRecord | undefined): boolean {
    const { holder, acquired } = this.current.seen?.record ?? {};
    return lease?.holder === holder && lease?.acquired === acquired;
  }

  start(): void {
    this.gate.open();
    this.member.world.api.watchers.add(this.hearOf);
    this.take({ type: 'tick' });
  }

  end(): void {
    this.isEnded = true;
    this.member.world.api.watchers.delete(this.hearOf);
  }

  pause(until: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, until);
  }

  /** Not while the process is paused, and never when it has ended. */
  later(pause: number, run: () => void): () => void {
    let isWanted = true;
    this.member.world.later(pause, () => {
      if (isWanted) this.whenAwake(run);
    });
    return () => (isWanted = false);
  }

  /** One after the other: what an action tells at once is taken when the actions before it are done. */
  take(event: Event): void {
    this.queue.push(event);
    this.whenAwake(() => this.drain());
  }

  /** Its watch says nothing any more, and is begun anew when that is longer than is usual. */
  silence(): void {
    const { watch } = this;
    watch.isDead = true;
    this.later(2 * this.current.timing.retryPeriod + 1000, () => {
      if (watch !== this.watch) return;
      this.watch = { isDead: false };
      this.take({ type: 'unwatched' });
    });
  }

  /** What the watch tells. */
  private readonly hearOf = (record: LeaseRecord | undefined): void => {
    this.later(this.member.world.random.below(50), () => {
      if (!this.isDeaf) this.take(record ? { type: 'watched', record } : { type: 'unwatched' });
    });
  };

  private get isDeaf(): boolean {
    const { world, index } = this.member;
    return (
      this.watch.isDead || ['stop-watches', 'lose-answers'].some((kind) => world.hasTrouble(kind, index))
    );
  }

  private whenAwake(run: () => void): void {
    const { world } = this.member;
    if (this.isEnded) return;
    if (this.pausedUntil > world.now) world.later(this.pausedUntil - world.now, () => this.whenAwake(run));
    else run();
  }

  private drain(): void {
    if (this.isBusy) return;
    this.isBusy = true;
    for (let next = this.queue.shift(); next && !this.isEnded; next = this.queue.shift()) {
      const { state, actions } = step(this.current, next, this.member.world.now);
      this.current = this.member.link.remembered(state);
      for (const action of actions) this.perform(action);
    }
    this.isBusy = false;
    this.wake();
  }

  private wake(): void {
    const { now } = this.member.world;
    const at = wakeAt(this.current, now);
    if (at === Infinity || (this.wakesAt > now && this.wakesAt <= at)) return;
    this.wakesAt = at;
    this.later(at - now, () => {
      if (this.wakesAt === at) this.take({ type: 'tick' });
    });
  }

  private perform(action: Action): void {
    const { member, gate } = this;
    const { settings, link } = member;
    const { api } = member.world;
    const { identity: holder } = settings;
    switch (action.do) {
      case 'read':
        return this.read();
      case 'ensure':
        return this.ask('ensure', () => api.ensure(action.duration));
      case 'acquire':
      case 'restate':
        return this.ask(action.do, () => api.claim(action.claim, settings));
      case 'renew':
        return this.ask('renew', () => api.patch({ holder }, {}), action.fresh);
      case 'release': {
        const { acquired } = action;
        const given = { holder: '', acquired: '', released: true };
        return this.ask('release', () => api.patch({ holder, acquired }, given));
      }
      case 'ask-peers':
        return link.ask(action);
      case 'reply':
        return link.reply(action);
      case 'allow':
        return gate.allow(action.deadline, action.ring);
      case 'forbid':
        return gate.forbid();
      case 'check':
        return member.container.whenAnswering(action.term, () =>
          this.take({ type: 'answered', term: action.term }),
        );
      case 'exit':
        return member.endElector();
      default:
        return;
    }
  }

  private read(): void {
    this.member.connections.send({
      serve: () => this.member.world.api.lease,
      timeout: this.patience,
      onAnswer: (record) => this.take({ type: 'read', record }),
      onTimeout: () => this.take({ type: 'unread' }),
    });
  }

  private ask(to: Answered, serve: () => Answer, fresh = false): void {
    const sentAt = this.member.world.now;
    const timeout = to === 'renew' ? this.current.timing.renewDeadline : this.patience;
    const onAnswer = (answer: Answer) => {
      this.take({ type: 'answer', to, sentAt, answer });
    };
    this.member.connections.send({ serve, timeout, fresh, onAnswer, onTimeout: () => onAnswer('failed') });
  }

  private get patience(): number {
    const { timing, unread, setbacks } = this.current;
    return Math.min(timing.renewDeadline, LONGEST_REQUEST, timing.retryPeriod * (1 + unread + setbacks));
  }
}

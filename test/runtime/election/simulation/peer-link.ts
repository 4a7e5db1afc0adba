/** What simulated members say to each other: questions and promises, which may be late or lost. */
import type { Action } from '../../../../runtime/election/events';
import type { Settings, State } from '../../../../runtime/election/state';
import type { Member } from './member';
import type { World } from './world';

type Asking = Extract<Action, { do: 'ask-peers' }>;
type Replying = Extract<Action, { do: 'reply' }>;

export class PeerLink {
  private readonly waiting = new Map<number, () => void>();
  private questions = 0;

  constructor(private readonly member: Member) {}

  private get world(): World {
    return this.member.world;
  }

  /** As its command line says it: a member that was not added knows of none that was. */
  failsafe(pods: readonly string[]): Pick<Settings, 'failsafe'> {
    const { longest, added = 0 } = this.world.group;
    if (longest === undefined) return {};
    const known = pods.slice(0, pods.length - added);
    return { failsafe: { members: this.member.index < known.length ? known : pods, longest } };
  }

  ask({ request, counted }: Asking): void {
    const { world, member } = this;
    const { elector } = member;
    const sentAt = world.now;
    const others = (member.settings.failsafe?.members ?? []).filter((pod) => pod !== member.settings.pod);
    const unasked = world.group.mutant === 'all-but-one' ? others[0] : undefined;
    for (const by of others) {
      const take = () => {
        const from = world.group.mutant === 'from-answer' ? world.now : sentAt;
        const event = { type: 'promised', by, term: request.term, until: from + counted } as const;
        elector?.take(event);
      };
      if (by === unasked) take();
      else this.carry(by, (other) => other.hear(request, () => this.carry(by, take)));
    }
  }

  reply({ id, reply }: Replying): void {
    if (reply === 'promised') this.waiting.get(id)?.();
    this.waiting.delete(id);
  }

  /** What a member knows after a step. */
  remembered({ promise, ...state }: State): State {
    return promise && this.world.group.mutant !== 'forgetful' ? { ...state, promise } : state;
  }

  private hear(request: Asking['request'], promise: () => void): void {
    this.questions += 1;
    this.waiting.set(this.questions, promise);
    const { elector } = this.member;
    if (this.world.group.credulous) {
      elector?.take({ type: 'unwatched' });
      elector?.take({ type: 'unread' });
    }
    elector?.take({ type: 'asked', id: this.questions, request });
  }

  /** To or from that pod, if the way there is open when it is sent. */
  private carry(pod: string, arrive: (link: PeerLink) => void): void {
    const { world, member } = this;
    const other = world.members.find(({ settings }) => settings.pod === pod);
    if (!other || world.areParted([member.index, other.index])) return;
    const delay = 1 + world.random.below((world.troubles.get('delay-peers') ?? 0) > world.now ? 6000 : 10);
    world.later(delay, () => arrive(other.link));
  }
}

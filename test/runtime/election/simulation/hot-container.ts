/**
 * The application of a simulated hot standby. It is promoted and demoted by hooks, which may fail, be slow, or have their
 * answers lost, and refuses what is older than what it was told; started again, it knows nothing.
 */
import type { Clock } from '../../../../runtime/clock';
import type { GateLink } from '../../../../runtime/gate/gate';
import { type Hook, HotGate } from '../../../../runtime/gate/hot-gate';
import type { Container } from './container';
import type { ElectorProcess } from './elector-process';
import type { Member } from './member';
import type { Run, World } from './world';

const TIMEOUT = 1000;
const SLOWNESS = 3000;

export class HotContainer implements Container {
  private isUp = false;
  private life = 0;
  private current: Run | undefined;
  private newest = 0;
  private isTerminated = false;
  private whenGone = (): void => undefined;
  private connectionEnds: (() => void)[] = [];

  constructor(private readonly member: Member) {}

  get isGone(): boolean {
    return this.isTerminated && !this.isUp;
  }

  linkTo(elector: ElectorProcess, clock: Clock): GateLink {
    return new HotGate({
      deadline: this.member.folder.deadline,
      clock,
      onRefusal: () => undefined,
      application: {
        isWell: () => this.ask(elector, () => !this.world.hasTrouble('fail-checks', this.member.index)),
        isListening: () => this.ask(elector, () => true),
        ends: (limit) => this.ends(elector, limit),
        call: (hook, term) => this.call(elector, hook, term),
      },
    });
  }

  start(): void {
    this.life += 1;
    this.isUp = true;
    this.newest = 0;
  }

  kill(): void {
    if (!this.isUp) return;
    this.isUp = false;
    this.rest();
    for (const end of this.connectionEnds.splice(0)) end();
    if (this.isTerminated) return this.whenGone();
    const { random } = this.world;
    this.world.later(random.below(random.below(2) === 0 ? 300 : 4000), () => {
      if (!this.isUp && !this.isTerminated) this.start();
    });
  }

  exit(): void {
    this.kill();
  }

  terminate(whenGone: () => void): void {
    this.isTerminated = true;
    this.whenGone = whenGone;
    if (this.isUp) this.world.later(this.world.random.below(5000), () => this.kill());
    else whenGone();
  }

  whenAnswering(term: number, answer: () => void): void {
    this.world.later(100, () => {
      if (this.current?.term !== term) return;
      if (this.member.hangsAtStart) this.whenAnswering(term, answer);
      else answer();
    });
  }

  private get world(): World {
    return this.member.world;
  }

  private call(elector: ElectorProcess, hook: Hook, term: number): Promise<boolean> {
    const isSlow = this.world.hasTrouble('slow-hooks', this.member.index);
    const isUnheard = this.world.hasTrouble('lose-hooks', this.member.index);
    const does = () => {
      if (this.world.hasTrouble('fail-hooks', this.member.index)) return false;
      return hook === 'onPromote' ? this.lead(term) : this.stepDown(term);
    };
    return this.ask(elector, does, isSlow ? SLOWNESS : 0, isUnheard);
  }

  private lead(term: number): boolean {
    const { world, member } = this;
    if (term === this.current?.term) return true;
    if (term <= this.newest) return false;
    this.rest();
    this.newest = term;
    this.current = { member: member.index, term, start: world.now, end: Infinity };
    if (world.runs.some((run) => run.term < term && this.lasts(run))) world.tooEarly.push(this.current);
    world.runs.push(this.current);
    return true;
  }

  private lasts({ end, member: index }: Run): boolean {
    const { now, members } = this.world;
    return end === Infinity && (members[index]?.folder.allowedUntil ?? 0) > now;
  }

  private stepDown(term: number): boolean {
    if (this.newest > term) return true;
    this.newest = term;
    this.rest();
    return true;
  }

  private rest(): void {
    if (this.current) this.current.end = this.world.now;
    this.current = undefined;
  }

  /** One that hangs does nothing, and says nothing. */
  private ask(
    elector: ElectorProcess,
    serve: () => boolean,
    slowness = 0,
    isUnheard = false,
  ): Promise<boolean> {
    const { world, member, life } = this;
    return new Promise((resolve) => {
      elector.later(TIMEOUT, () => resolve(false));
      world.later(1 + world.random.below(10 + slowness), () => {
        if (member.hangsAtStart) return;
        const isDone = this.isUp && life === this.life && serve();
        if (isUnheard) return;
        elector.later(world.random.below(10), () => resolve(isDone));
      });
    });
  }

  private ends(elector: ElectorProcess, limit: number): Promise<boolean> {
    return new Promise((resolve) => {
      elector.later(this.isUp ? limit : 1, () => resolve(!this.isUp));
      this.connectionEnds.push(() => elector.later(1, () => resolve(true)));
    });
  }
}

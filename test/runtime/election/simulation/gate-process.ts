/** The container of a cold standby, as lib/leader/gate.sh runs it: one gate with its application after another. */
import type { Clock } from '../../../../runtime/clock';
import { FifoGate } from '../../../../runtime/gate/fifo-gate';
import type { GateLink } from '../../../../runtime/gate/gate';
import type { Container } from './container';
import type { ElectorProcess } from './elector-process';
import type { Member } from './member';
import type { Run, World } from './world';

const TICK = 200;

/** After so many heartbeats only each fifth is told, for the sake of time. */
const FIRST_BEATS = 10;

export class GateProcess implements Container {
  private word: 'none' | 'waiting' | 'running' = 'none';
  private current: Run | undefined;
  private life = 0;
  private killAt = Infinity;
  private isTerminated = false;
  private whenGone = (): void => undefined;

  constructor(private readonly member: Member) {
    member.folder.onBell = () => this.hearBell();
  }

  get isGone(): boolean {
    return this.isTerminated && this.word === 'none';
  }

  linkTo(elector: ElectorProcess, clock: Clock): GateLink {
    const silent = () => undefined;
    const folder = this.member.folder.of(elector);
    return new FifoGate({ folder, clock, margin: Infinity, onTick: silent, onAlarm: silent });
  }

  start(): void {
    this.life += 1;
    this.word = 'waiting';
    this.member.folder.begin();
    this.say('waiting');
  }

  kill(): void {
    if (this.word === 'none') return;
    this.stop();
    this.restart();
  }

  exit(): void {
    if (this.current) this.end();
  }

  terminate(whenGone: () => void): void {
    this.isTerminated = true;
    this.whenGone = whenGone;
    if (this.word === 'none') whenGone();
    else if (this.word === 'waiting') this.kill();
    else this.endWithin(5000);
  }

  whenAnswering(term: number, answer: () => void): void {
    const { life } = this;
    this.world.later(300, () => {
      if (life !== this.life || this.current?.term !== term) return;
      if (this.member.hangsAtStart) this.whenAnswering(term, answer);
      else answer();
    });
  }

  private get world(): World {
    return this.member.world;
  }

  private get clock(): number {
    return this.world.now + (this.world.group.clocks?.[this.member.index] ?? 0);
  }

  private say(word: string, ...numbers: readonly number[]): void {
    const now = Math.floor(this.clock / 10);
    const time = word === 'exited' ? 0 : now;
    this.member.folder.say([word, this.life, ...numbers, time].join(' '));
  }

  private hearBell(): void {
    const { life } = this;
    this.world.later(this.world.random.below(10), () => {
      if (life !== this.life || this.word !== 'waiting' || this.isTerminated) return;
      if (this.isAllowed()) this.run();
      else this.say('waiting');
    });
  }

  private isAllowed(term?: number): boolean {
    const { allowed } = this.member.folder;
    if (allowed?.gate !== String(this.life) || this.clock >= allowed.until) return false;
    return term === undefined || allowed.term === term;
  }

  private run(): void {
    const term = this.member.folder.allowed?.term ?? 0;
    this.word = 'running';
    this.killAt = Infinity;
    this.current = { member: this.member.index, term, start: this.world.now, end: Infinity };
    this.world.runs.push(this.current);
    this.tick(this.life, term, 0);
  }

  private tick(life: number, term: number, beat: number): void {
    if (life !== this.life || this.word !== 'running') return;
    if (this.killAt === Infinity && !this.isAllowed(term)) this.fence();
    if (this.clock >= this.killAt) return this.end();
    if (beat < FIRST_BEATS || beat % 5 === 0) this.say('running', term);
    this.world.later(TICK, () => this.tick(life, term, beat + 1));
  }

  /** SIGTERM, and SIGKILL in time: the application takes up to that long. */
  private fence(): void {
    const { folder, settings } = this.member;
    const { killAfter } = settings.timing;
    this.killAt = Math.min(folder.allowed?.until ?? Infinity, this.clock) + killAfter;
    this.endWithin(killAfter);
  }

  private endWithin(time: number): void {
    const { life } = this;
    this.world.later(this.world.random.below(2 * time), () => {
      if (life === this.life) this.exit();
    });
  }

  private end(): void {
    this.say('exited');
    this.stop();
    this.restart();
  }

  private stop(): void {
    if (this.current) this.current.end = this.world.now;
    this.current = undefined;
    this.word = 'none';
    this.member.folder.end();
  }

  private restart(): void {
    if (this.isTerminated) return this.whenGone();
    const { life } = this;
    this.world.later(100 + this.world.random.below(2000), () => {
      if (life === this.life && !this.isTerminated) this.start();
    });
  }
}

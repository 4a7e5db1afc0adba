/** The gate with its application: one container after another. */
import type { Gate } from '../../../../runtime/election/state';
import type { Member } from './member';
import { TIMING } from './timing';
import type { Run, World } from './world';

const TICK = 200;

export class GateProcess {
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

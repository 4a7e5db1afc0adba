/** Whether this machine is fast enough in this moment for times of a few hundred milliseconds to mean anything. */
import { setTimeout as sleep } from 'node:timers/promises';
import { GROUP_PATHS } from '../../../../runtime/kubernetes/paths';
import type { ApiServer } from '../../../../cluster/api-server';

/** A request that takes longer than this, with the pause before it, is answered by a machine that is busy. */
const CALM_MS = 100;
const PAUSE_MS = 50;

/** On a machine that is never calm groups begin all the same; what they then lack in rest alone is tried again. */
const PATIENCE_MS = 60_000;

/** Groups do not begin in the same moment: starting processes is most of their work. */
const BETWEEN_STARTS_MS = 400;

export class Machine {
  private calm = false;
  private isOver = false;
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly api: ApiServer,
    private readonly namespace: string,
  ) {}

  get isCalm(): boolean {
    return this.calm;
  }

  /** Looks again and again, until its end. */
  async watch(): Promise<void> {
    const path = `${GROUP_PATHS.leases(this.namespace)}?limit=1`;
    while (!this.isOver) {
      const began = performance.now();
      await sleep(PAUSE_MS);
      const isAnswered = await this.api.call('GET', path).then(
        () => true,
        () => false,
      );
      this.calm = isAnswered && performance.now() - began < PAUSE_MS + CALM_MS;
    }
  }

  end(): void {
    this.isOver = true;
  }

  /** Waits for its turn to begin something, and for a calm moment, but not for ever. */
  mayBegin(): Promise<void> {
    this.turn = this.turn.then(async () => {
      const limit = performance.now() + PATIENCE_MS;
      do await sleep(BETWEEN_STARTS_MS);
      while (!this.calm && performance.now() < limit);
    });
    return this.turn;
  }
}

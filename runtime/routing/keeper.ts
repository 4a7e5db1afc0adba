/** Brings something into the wanted state, and tries again until it is. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Routed } from './slice';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;

export class Keeper {
  private isRunning = false;
  private isDue = false;

  /** @param attempt one try; a rejection is a failure like others */
  constructor(private readonly attempt: () => Promise<Routed>) {}

  /** Something has changed: what is wanted, or what is there. */
  poke(): void {
    this.isDue = true;
    if (!this.isRunning) void this.run();
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    let pause = FIRST_PAUSE_MS;
    while (this.isDue) {
      this.isDue = false;
      const result = await this.attempt().catch(() => 'failed' as const);
      if (result !== 'failed') continue;
      this.isDue = true;
      await sleep(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
    }
    this.isRunning = false;
  }
}

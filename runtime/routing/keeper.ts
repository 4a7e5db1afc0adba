/** Brings something into the wanted state, and tries again until it is. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from '../backoff';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;

/** A conflict, or an API server that restarts, is over by then. */
const FIRST_TOLD = 5;

/** About a minute of the longest pauses. */
const TOLD_EVERY = 30;

export class Keeper {
  private isRunning = false;
  private isDue = false;

  /**
   * @param attempt one try; a rejection is a failure
   * @param onFailing called with the last failure when several came in a row, and now and then while they go on
   */
  constructor(
    private readonly attempt: () => Promise<unknown>,
    private readonly onFailing: (why: string) => void,
  ) {}

  /** Something has changed: what is wanted, or what is there. */
  poke(): void {
    this.isDue = true;
    if (!this.isRunning) void this.run();
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    const backoff = new Backoff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
    let failures = 0;
    while (this.isDue) {
      this.isDue = false;
      const failure = await this.attempt().then(() => undefined, reasonOf);
      if (failure === undefined) {
        failures = 0;
        backoff.reset();
        continue;
      }
      failures += 1;
      if (failures % TOLD_EVERY === FIRST_TOLD) this.onFailing(failure);
      this.isDue = true;
      await sleep(backoff.next());
    }
    this.isRunning = false;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Pauses between attempts that fail: each about twice as long as the last, and no two members in step. */

export class Backoff {
  private pause: number;

  /** @param first and longest pause, in milliseconds, before chance has made it half as long or half as long again */
  constructor(
    private readonly first: number,
    private readonly longest: number,
    private readonly random: () => number = Math.random,
  ) {
    this.pause = first;
  }

  /** Milliseconds until the next attempt. */
  next(): number {
    const pause = this.pause * (0.5 + this.random());
    this.pause = Math.min(2 * this.pause, this.longest);
    return pause;
  }

  /** An attempt has succeeded. */
  reset(): void {
    this.pause = this.first;
  }
}

/** Places, each used by one at a time. */
export class Pool<T> {
  private readonly free: T[] = [];
  private readonly waiting: ((place: T) => void)[] = [];

  /** A new place, or one that is not used any more. */
  give(place: T): void {
    const next = this.waiting.shift();
    if (next) next(place);
    else this.free.push(place);
  }

  /** Waits for a place. */
  async use<R>(work: (place: T) => Promise<R>): Promise<R> {
    const place = this.free.pop() ?? (await new Promise<T>((resolve) => this.waiting.push(resolve)));
    try {
      return await work(place);
    } finally {
      this.give(place);
    }
  }
}

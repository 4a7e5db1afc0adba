/** The watches that stand, and when each was last heard: one that died without a word is seldom the only one. */

export interface OpenWatch {
  readonly resource: string;

  /** When something came on it, in milliseconds of `performance.now()`. */
  heardAt: number;

  readonly end: (reason: string) => void;
}

/** `closed` by the API server, as each is after its time; `silent` for too long; `failed` in another way. */
export type WatchEnd = 'closed' | 'silent' | 'failed';

export class OpenWatches {
  private readonly open = new Set<OpenWatch>();

  constructor(private readonly onEnd: (resource: string, end: WatchEnd) => void) {}

  add(watch: OpenWatch): void {
    this.open.add(watch);
  }

  /** It has ended. */
  delete(watch: OpenWatch, reason: string): void {
    this.open.delete(watch);
    this.onEnd(watch.resource, reason === 'closed' || reason === 'silent' ? reason : 'failed');
  }

  count(resource: string): number {
    return [...this.open].filter((watch) => watch.resource === resource).length;
  }

  /** Ends those on which nothing has come since. */
  endSilent(since: number, reason: string): void {
    for (const watch of [...this.open]) {
      if (watch.heardAt <= since) watch.end(reason);
    }
  }
}

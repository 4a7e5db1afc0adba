/** When Leases were renewed, as the API server tells it. */
import type { Recorder } from '../../cluster/recorder';

export class Renewals {
  /** When each was sent, by the wall clock of this machine, on which the holder runs. */
  private readonly sent: number[] = [];
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly lease: string,
    recorder: Recorder,
  ) {
    recorder.listen(lease, ({ kind, object: { spec } }) => {
      const at = Date.parse(spec?.renewTime ?? '');
      const isHeld = (spec?.holderIdentity ?? '') !== '';
      if (kind === 'Lease' && isHeld && at > (this.sent.at(-1) ?? 0)) this.take(at);
    });
  }

  /** Waits for one that was sent after that time; when it was sent. */
  next(after: number, limitMs: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const last = this.sent.at(-1);
        if (last === undefined || last <= after) return;
        clearTimeout(timer);
        this.waiting.delete(look);
        resolve(last);
      };
      const timer = setTimeout(() => {
        this.waiting.delete(look);
        reject(new Error(`the Lease ${this.lease} was not renewed for ${limitMs} ms`));
      }, limitMs).unref();
      this.waiting.add(look);
      look();
    });
  }

  /** The last one that was sent by that time. */
  lastBy(time: number): number {
    return this.sent.findLast((at) => at <= time) ?? NaN;
  }

  /** The longest time from one to the next, from the last by that time on. */
  longestGap(since: number): number {
    const times = this.sent.filter((at) => at >= this.lastBy(since));
    return Math.max(0, ...times.map((at, index) => at - (times[index - 1] ?? at)));
  }

  private take(at: number): void {
    this.sent.push(at);
    for (const look of [...this.waiting]) look();
  }
}

/**
 * Whether gate and elector read the same clock. A deadline is a time of the kernel's uptime, and means another to a gate
 * whose /proc/uptime is not the elector's (lxcfs, time namespaces): it would fence too late, or never let start.
 *
 * The gate's words say what its clock showed. A word that was long under way only seems to come from a clock that is
 * behind. So one that agrees proves that the clocks do; that they do not is believed after several in a row.
 */
const MOST_APART_MS = 1000;
const WORDS = 3;

export class GateClock {
  private id = '';

  /** Of the last words, what our clock showed beyond the gate's when they were read. */
  private behind: number[] = [];

  /** The newest word that could be read: said by this gate, at this time of its clock, read at this time of ours. */
  hear(id: string, said: number, read: number): void {
    if (id !== this.id) this.behind = [];
    this.id = id;
    this.behind = [...this.behind, read - said].slice(-WORDS);
  }

  /** Whether the clock of this gate was seen to agree. */
  agrees(id: string): boolean {
    return id === this.id && this.behind.some((by) => Math.abs(by) <= MOST_APART_MS);
  }

  /** By how much the gate's clock is ahead of ours, if they are known to differ; negative: behind. */
  get differsBy(): number | undefined {
    if (this.behind.length < WORDS || this.agrees(this.id)) return undefined;
    return -this.behind.reduce((least, by) => (Math.abs(by) < Math.abs(least) ? by : least));
  }
}

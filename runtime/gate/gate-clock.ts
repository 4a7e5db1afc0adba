/**
 * Whether gate and elector read the same clock. A deadline is a time of the kernel's uptime, and means another to a gate
 * whose /proc/uptime is not the elector's (lxcfs, time namespaces): it would fence too late, or never let start.
 *
 * The gate's words say what its clock showed. A word that was under way for long only seems to come from a clock that is
 * behind: so the one that was read the soonest counts, and proves that the clocks agree for as long as the gate lives.
 * That they do not is believed after several in a row.
 */

/** It fences late by as much, out of the margin that the election leaves for the gate's tick and pauses. */
const MOST_BEHIND_MS = 100;

/** It fences early. */
const MOST_AHEAD_MS = 1000;

/** Said in two seconds: a busy machine may be late with each of a few. */
const WORDS = 10;

export class GateClock {
  private id = '';
  private words = 0;

  /** What our clock showed beyond the gate's when a word was read, at the least. */
  private behind = Infinity;

  /** A word that could be read: said by this gate, at this time of its clock, read at this time of ours. */
  hear(id: string, said: number, read: number): void {
    const isNew = id !== this.id;
    this.id = id;
    this.words = isNew ? 1 : this.words + 1;
    this.behind = Math.min(read - said, isNew ? Infinity : this.behind);
  }

  /** Whether the clock of this gate was seen to agree. */
  agrees(id: string): boolean {
    return id === this.id && this.behind <= MOST_BEHIND_MS && this.behind >= -MOST_AHEAD_MS;
  }

  /** By how much the gate's clock is ahead of ours, if they are known to differ; negative: behind. */
  get differsBy(): number | undefined {
    return this.words < WORDS || this.agrees(this.id) ? undefined : -this.behind;
  }
}

/** How long the gate's fence takes from one look at the deadline to the next, from the times of its heartbeats. */

/** Between two heartbeats when nothing delays them. */
const TICK_MS = 200;

/** The gate says so many for one deadline, and no more. */
const MOST_BEATS = 70;

const ALARM_PERIOD_MS = 60_000;

export interface LateFenceOptions {
  /** How late a look may be without harm. */
  readonly margin: number;
  readonly onTick: (milliseconds: number) => void;

  /** Told once a minute at most. */
  readonly onLate: (milliseconds: number) => void;
}

export class LateFence {
  private id = '';
  private last = -Infinity;

  /** Of what was said before the first deadline nobody knows how many there were. */
  private beats = MOST_BEATS;
  private alarmedAt = -Infinity;

  constructor(private readonly options: LateFenceOptions) {}

  /** A new deadline: heartbeats are counted anew. */
  renew(): void {
    this.beats = 0;
  }

  /** A heartbeat of this gate, at this time of its clock. */
  hear(id: string, said: number): void {
    if (id === this.id) this.take(said - this.last, said);
    this.beats += 1;
    // What comes after the last one says nothing of the fence.
    this.id = this.beats < MOST_BEATS ? id : '';
    this.last = said;
  }

  private take(tick: number, said: number): void {
    const { margin, onTick, onLate } = this.options;
    onTick(tick);
    if (tick <= TICK_MS + margin || said < this.alarmedAt + ALARM_PERIOD_MS) return;
    this.alarmedAt = said;
    onLate(tick);
  }
}

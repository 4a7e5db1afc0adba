/** What the elector needs of a gate: told until when its application may run, it tells what became of it. */
import type { Deadline, Gate } from '../election/state';

/** A gate whose application runs, and of which nothing was heard for so long, is silent: ten of its ticks. */
export const SILENCE_MS = 2000;

/** What people have to know: the gate cannot be relied on. */
export type Alarm =
  /** Its /proc/uptime goes on by so many milliseconds before ours. Nothing runs until it does not. */
  | { readonly what: 'clocks-differ'; readonly by: number }
  /** So many milliseconds between two looks at the deadline: more than the election allows for. */
  | { readonly what: 'fence-late'; readonly by: number }
  /** Its application runs, and its heartbeats have stopped. */
  | { readonly what: 'gate-silent' };

export interface GateLink {
  /** Called with each thing the gate says, also while `forbid` runs. */
  onWord: (gate: Gate) => void;

  /** Called each time that the gate has asked its application of this term, and was answered. */
  onAnswer: (term: number) => void;

  /** Tells who waits. */
  open(): void;

  /** What a former process of this elector allowed. */
  readonly former: Deadline | undefined;

  /** The gate may run its application until then. `ring`: it waits, and shall look. */
  allow(deadline: Deadline, ring: boolean): void;

  /** The gate may not. Nothing that is told afterwards was said before. */
  forbid(): void;

  /** Whether it would be heard. */
  readonly isOpen: boolean;

  /** Whether what it is told means the same to it. */
  readonly isFit: boolean;
}

/** What the elector needs of a gate: told until when its application may run, it tells what became of it. */
import type { Deadline, Gate } from '../election/state';

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
}

/** What can go wrong in a simulated group, as data. */

import type { Failsafe } from '../../../../runtime/election/state';

/** A member by its index, counted around, or whoever runs last. */
export type Who = number | 'leader';

export type Fault =
  | {
      readonly kind:
        | 'pause-elector'
        | 'kill-elector'
        | 'end-elector'
        | 'kill-container'
        | 'exit'
        | 'give-up'
        | 'hang-start';
      readonly member: Who;
      readonly for: number;
    }
  /** Requests of one member, or of all, are lost before they count, after, or are late by up to 6 s. */
  | {
      readonly kind: 'lose-requests' | 'lose-answers' | 'delay';
      readonly member?: Who;
      readonly for: number;
    }
  /** The connections of one member, or of all, to the API server die without a word: what is sent on them is lost. */
  | { readonly kind: 'silence'; readonly member?: Who; readonly for: number }
  /** `clear-lease` leaves what is left when it is given up, but for the word that it was. */
  | { readonly kind: 'delete-lease' | 'empty-lease' | 'clear-lease'; readonly for: number }
  /** A backup brings the Lease back as it was so many changes ago, once all members know of the present lead. */
  | { readonly kind: 'restore-lease'; readonly back: number; readonly for: number }
  | { readonly kind: 'give-to'; readonly member: Who; readonly for: number }
  /** What the Lease says of whom its holder asks is taken away, or names these alone, for so long. */
  | {
      readonly kind: 'edit-failsafe';
      readonly failsafe: Failsafe | undefined;
      readonly for: number;
    }
  | { readonly kind: 'edit-duration'; readonly seconds: number; readonly for: number }
  | { readonly kind: 'stop-watches'; readonly for: number }
  /**
   * A pod is deleted, and makes way for one with other times (an index of `TIMINGS`), as in a roll-out. By force: its
   * successor does not wait for its end, and it goes on.
   */
  | {
      readonly kind: 'replace' | 'replace-by-force';
      readonly member: Who;
      readonly timing: number;
      readonly for: number;
    }
  /** A hot standby says that it is not well, though it obeys. */
  | { readonly kind: 'fail-checks'; readonly member?: Who; readonly for: number }
  /** A hot standby's hooks fail, take up to 3 s, or do what they are told and are not heard. */
  | {
      readonly kind: 'fail-hooks' | 'slow-hooks' | 'lose-hooks';
      readonly member?: Who;
      readonly for: number;
    }
  /** Two members do not reach each other. */
  | { readonly kind: 'part'; readonly members: readonly [number, number]; readonly for: number }
  /** What members say to each other is late by up to 6 s. */
  | { readonly kind: 'delay-peers'; readonly for: number };

/** A fault, and how long after the one before. */
export interface Scheduled {
  readonly after: number;
  readonly fault: Fault;
}

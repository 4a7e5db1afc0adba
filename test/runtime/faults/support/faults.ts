/** What can go wrong, as data: a schedule is a list of these. */

/** A member by its number, or whoever holds the Lease when it happens. */
export type Who = number | 'leader';

/** What the members that do not lead do: `docs/election.md`. */
export type StandbyKind = 'cold' | 'hot';

/** Processes of a member; `member` is all of them. A hot standby has no gate. */
export const TARGETS = {
  cold: ['elector', 'gate', 'application', 'member'],
  hot: ['elector', 'application', 'member'],
} as const;

/** `gate-main` is the gate without its fence, which goes on. */
export type Target = (typeof TARGETS)[StandbyKind][number] | 'gate-main';

/** What a hot standby's application is asked for over HTTP. */
export type Ask = 'check' | 'promote' | 'demote';

/** It answers with an error and does nothing, or so many milliseconds late. */
export interface Illness {
  readonly ask: Ask;
  readonly how: 'refuses' | number;
}

/** What a member's way to the API server does to its requests. */
export type Effect =
  | { readonly does: 'delay-requests' | 'delay-answers' | 'delay-events'; readonly ms: number }
  /** `drop-answers`: the API server has acted. `half-open`: connections are accepted, and nothing ever answered. */
  | { readonly does: 'drop-requests' | 'drop-answers' | 'half-open' | 'cut' | 'lose-events' }
  | { readonly does: 'answer'; readonly status: (typeof STATUSES)[number] };

export const STATUSES = [409, 429, 500, 503] as const;

export type LeaseEdit =
  /**
   * `empty`: the holder only; `clear`: what a member takes away that gives it up; `apply`: as kubectl applies a Lease that
   * was rendered without a holder; `failsafe`: what it says of whom the holder asks.
   */
  | 'delete'
  | 'empty'
  | 'clear'
  | 'apply'
  | 'failsafe'
  | 'stranger'
  | 'other-member'
  | { readonly seconds: number };

export type Fault =
  | { readonly kind: 'kill' | 'terminate'; readonly who: Who; readonly target: Target }
  | { readonly kind: 'stop'; readonly who: Who; readonly target: Target; readonly ms: number }
  | {
      readonly kind: 'network';

      /** `all-but-other`: without the one that `part` keeps from the leader. */
      readonly who: Who | 'all' | 'all-but-other';
      readonly effect: Effect;
      readonly ms: number;

      /** Of 100 requests. */
      readonly share: number;

      /** Whether reads and watches go through. */
      readonly onlyWrites: boolean;
    }
  /** It and one other member do not reach each other. */
  | { readonly kind: 'part'; readonly who: Who; readonly ms: number }
  | ({ readonly kind: 'ill'; readonly who: Who; readonly ms: number } & Illness)
  | { readonly kind: 'lease'; readonly edit: LeaseEdit }
  | { readonly kind: 'slice'; readonly edit: 'delete' | 'other-member' }
  | { readonly kind: 'label'; readonly who: Who; readonly value: 'leader' | 'standby' }
  | { readonly kind: 'clock'; readonly who: Who; readonly hours: 1 | -1 }
  /** Somebody asks the leader to give up. */
  | { readonly kind: 'release'; readonly who: Who };

export function durationOf(fault: Fault): number {
  return 'ms' in fault ? fault.ms : 0;
}

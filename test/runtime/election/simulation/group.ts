/** What a simulated group is like, beside the faults that it meets. */
import type { TimingMilliseconds } from '../../../../lib/leader/timing-rules';
import type { LeaseRecord } from '../../../../runtime/election/state';

export interface Group {
  /** Of each member in turn. */
  readonly timings?: readonly TimingMilliseconds[];

  /** By how much each gate's clock is ahead of its elector's. */
  readonly clocks?: readonly number[];

  /** Its applications run on all members, and are told to lead by hooks. */
  readonly isHot?: boolean;

  readonly predecessor?: Predecessor;

  /** How long a leader may go on by promises; without it, it asks nobody. */
  readonly longest?: number;

  /** Members that were added since: the others do not know of them. */
  readonly added?: number;

  /** Members that are asked take the API server for lost: no guarantee rests on that they are right. */
  readonly credulous?: boolean;
  readonly mutant?: Mutant;
}

/** The Lease that is there when the group begins, and how long its holder renews it from then on. */
export interface Predecessor {
  readonly lease: Omit<LeaseRecord, 'version'>;
  readonly renews: number;
}

/** Members that are wrong about promises, to see that the simulation would tell. */
export type Mutant =
  /** Counts one member's promise without asking it. */
  | 'all-but-one'
  /** Counts a promise from when it comes. */
  | 'from-answer'
  /** Promises, and forgets it. */
  | 'forgetful';

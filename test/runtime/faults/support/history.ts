/** What is recorded of a group. Times are milliseconds of the kernel's uptime. */
import type { MemberFacts } from '../../../../cluster/processes/elector-command';
import type { Seen } from '../../../../cluster/recorder';
import type { TimingMilliseconds } from '../../../../lib/leader/timing-rules';
import type { StandbyKind } from './faults';

/** One version of an object. */
export interface Change extends Seen {
  /** Written by the test, and not by a member. */
  readonly byHand: boolean;
}

/** The time in which an application led, by its own record: while it ran, or from its promotion to its demotion. */
export interface AppRun {
  readonly pod: string;
  readonly term: number;
  readonly first: number;
  readonly last: number;
}

/**
 * The time in which a member could not stop its application: its gate was stopped; or, with hot standbys, its elector was
 * stopped or gone, the application stopped, or a hook ill.
 */
export interface Hindrance {
  readonly pod: string;
  readonly of: 'gate' | 'elector' | 'application' | 'hook';
  readonly from: number;
  readonly to: number;
}

/** A promotion that the application refused, since it was demoted from that term, or from one after it. */
export interface Refusal {
  readonly pod: string;
  readonly term: number;
  readonly at: number;
}

/** An elector that ended, and was not told to. */
export interface Crash {
  readonly pod: string;
  readonly how: string;
}

/** For people. */
export interface Remark {
  readonly at: number;
  readonly text: string;
}

export interface History {
  readonly members: readonly MemberFacts[];
  readonly timing: TimingMilliseconds;
  readonly routing: 'endpoint-slice' | 'label';
  readonly standby: StandbyKind;

  /** For how long after its last renewal a leader may go on by promises, in milliseconds. */
  readonly asksPeersFor: number | undefined;

  /** In the order of their versions, for each kind. */
  readonly changes: readonly Change[];
  readonly runs: readonly AppRun[];
  readonly refusals: readonly Refusal[];
  readonly hindrances: readonly Hindrance[];
  readonly crashes: readonly Crash[];
  readonly remarks: readonly Remark[];
}

/** The holder's name in the Lease. */
export function identityOf({ pod, uid }: MemberFacts): string {
  return `${pod}_${uid}`;
}

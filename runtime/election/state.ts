/** What an elector knows. Times are milliseconds of the kernel's uptime. */
import type { TimingMilliseconds } from '../../lib/leader/timing-rules';

/** The Lease as the API server has it. */
export interface LeaseRecord {
  /** `resourceVersion`: grows with each write. */
  readonly version: number;

  /** `holderIdentity`; empty when nobody holds it. */
  readonly holder: string;

  /** `acquireTime`; with the holder's name it tells one lead from another. */
  readonly acquired: string;

  /** `renewTime`; whoever writes as the holder changes it, and who edits something else does not. */
  readonly renewed: string;

  /** `leaseDurationSeconds`, as somebody may have edited it. */
  readonly duration: number;

  /** What the holder counts on. Candidates wait for the longer of the two. */
  readonly counted?: number;

  /** What the holder's command line said. Where it differs from a candidate's own, `duration` is no edit. */
  readonly configured?: number;

  /** `leaseTransitions`. */
  readonly transitions: number;

  /** Whether the last holder gave it up after its application had stopped. Without that an empty Lease proves nothing. */
  readonly released: boolean;

  /** The pod that the last holder wants as its successor. */
  readonly preferred?: string;

  /** Whom the holder asks when the API server is away. A candidate that is not named waits longer. */
  readonly failsafe?: Failsafe;
}

/** How a leader outlasts an API server that is away: by promises of all other members (`promises.ts`). */
export interface Failsafe {
  /** The names of the group's pods. */
  readonly members: readonly string[];

  /** The longest that a lead goes on after the sending of its last renewal. */
  readonly longest: number;
}

/** What a holder says of its lead. */
export type Said = Pick<LeaseRecord, 'counted' | 'failsafe'>;

/** The Lease as this member sees it; `record` is undefined if there is none. */
export interface Observation {
  readonly record: LeaseRecord | undefined;

  /** From when on this member may take it, on its own clock. Infinity: it has to be there first. */
  readonly takeableAt: number;

  /** By whoever held it last, as far as that is known: somebody may have edited the record since. */
  readonly said: Said;

  /** How long a Lease that is gone since had to be waited for: what takes its place is, too. */
  readonly gone?: number;

  /** `leaseTransitions` of the newest lead that was seen. */
  readonly leads?: number;
}

/**
 * What the gate said last. `unknown`: nothing since it was last forbidden to run, or since this process began; it may run
 * the application or not. `none`: its container is gone.
 */
export type Gate =
  | { readonly word: 'unknown' }
  | { readonly word: 'none' }
  | { readonly word: 'waiting'; readonly id: string }
  | { readonly word: 'running'; readonly id: string; readonly term: number }
  | { readonly word: 'ended'; readonly id: string };

/** Until when which gate may run the application, in which term. */
export interface Deadline {
  readonly until: number;
  readonly term: number;
  readonly gate: string;
}

/**
 * A member's lead: `starting` until the application answers, then `serving`; `stopping` while it is being given up, and
 * held until the application has stopped.
 */
export interface Lead extends Deadline {
  readonly phase: 'starting' | 'serving' | 'stopping';

  readonly renewAt: number;

  /** Until when renewals alone let it go on. */
  readonly renewedUntil: number;

  /** No promise lets it go on for longer. */
  readonly limit: number;

  /** Until when each other member's newest promise lets it go on. */
  readonly promised: Readonly<Record<string, number>>;

  /** Nothing but promises keeps it any more. */
  readonly isProlonged: boolean;

  /** A renewal was sent, and none has been answered since. */
  readonly isUnanswered: boolean;

  /** The application must have answered by then. */
  readonly startBy: number;
}

export interface Settings {
  /** `POD_NAME_POD_UID`. */
  readonly identity: string;

  readonly pod: string;
  readonly startTimeout: number;
  readonly timing: TimingMilliseconds;

  /** Milliseconds of the clock on the wall when the kernel's uptime was 0: people read it in `acquireTime`. */
  readonly bootedAt: number;

  /** Without it a leader stops when its deadline has passed. */
  readonly failsafe?: Failsafe;
}

/** To leave the Lease to the leader of this term. */
export interface Promised {
  readonly until: number;
  readonly term: number;
}

/** A request for the Lease as it will be recognised, also when its answer is lost. */
export interface Taking {
  /** Its `acquireTime`. */
  readonly acquired: string;

  /** The version that it replaces. */
  readonly from: number;

  /** The lead counts from then. */
  readonly sentAt: number;
}

export interface State {
  readonly settings: Settings;

  /** In force: as configured, or as a live edit of the Lease has made it. */
  readonly timing: TimingMilliseconds;

  /** Undefined until the Lease has been read. */
  readonly seen?: Observation;

  /** Whether the API server has something else than `seen`. */
  readonly isStale: boolean;

  readonly gate: Gate;
  readonly lead?: Lead;

  /** `acquireTime` when this process took the Lease last. With another, its name in there is not its own doing. */
  readonly taken?: string;

  /** The Lease has been asked for; whether it was given may become known by the answer, the watch or a reading. */
  readonly taking?: Taking;

  /** What a former process of this elector allowed; its lead is taken up again while that lies ahead. */
  readonly former?: Deadline;

  /** What another member was promised. */
  readonly promise?: Promised;

  /** The request under way; renewals are not counted. */
  readonly asked?: Request;

  /** Not before then is the API server asked again after a failure. */
  readonly askAt: number;

  /** Not before then does a question make this member read the Lease. */
  readonly lookAt: number;

  /** Readings that failed, one after the other. */
  readonly unread: number;

  /** Writes that failed or were refused, one after the other, while nobody else has changed the Lease. */
  readonly setbacks: number;

  /** When all requests so far are paid for, at a fixed price each: see `turn.ts`. */
  readonly paidAt: number;

  /** Not before then does this member stand for election: it gave the lead up for others. Infinity: it leaves. */
  readonly standsAt: number;

  /** When clients of a lead that is over shall be refused rather than wait for an application that is gone. */
  readonly withdrawal?: { readonly at: number; readonly term: number };

  /** Whether the last start here failed. */
  readonly hasFailed: boolean;

  /** Set when the elector was told to end. Until then a gate whose application has just ended may still say so. */
  readonly endBy?: number;
}

/** Requests about the Lease of which one is under way at most. */
export type Request = 'read' | 'ensure' | 'acquire' | 'restate' | 'release';

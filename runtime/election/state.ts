/** What an elector knows, hears and does. Times are milliseconds of the kernel's uptime. */
import type { TimingMilliseconds } from '../../lib/leader/timing-rules';

/** The Lease as the API server has it. */
export interface LeaseRecord {
  /** `resourceVersion`: grows with each write. */
  readonly version: number;

  /** `holderIdentity`; empty when nobody holds it. */
  readonly holder: string;

  /** `acquireTime`; with the holder's name it tells one lead from another. */
  readonly acquired: string;

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
}

/** The Lease as this member sees it; `record` is undefined if there is none. */
export interface Observation {
  readonly record: LeaseRecord | undefined;

  /** From when on this member may take it, on its own clock. Infinity: it has to be there first. */
  readonly takeableAt: number;

  /** How long a Lease that is gone since had to be waited for: what takes its place is, too. */
  readonly gone?: number;
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

  /** The application must have answered by then. */
  readonly startBy: number;
}

export interface Settings {
  /** `POD_NAME_POD_UID`. */
  readonly identity: string;

  readonly pod: string;
  readonly startTimeout: number;
  readonly timing: TimingMilliseconds;
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

  /** What a former process of this elector allowed; its lead is taken up again while that lies ahead. */
  readonly former?: Deadline;

  /** The request under way; renewals are not counted. */
  readonly asked?: Request;

  /** Not before then is the API server asked again after a failure. */
  readonly askAt: number;

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

/** `refused`: the API server has another state than was assumed. `failed`: no answer, or none that says anything. */
export type Answer = LeaseRecord | 'refused' | 'failed';

export type Event =
  /** Told by the watch. */
  | { readonly type: 'watched'; readonly record: LeaseRecord }
  /** The watch was interrupted, or told of a deletion. */
  | { readonly type: 'unwatched' }
  /** Read; undefined if there is none. `ledBefore`: something else says that a member has led. */
  | { readonly type: 'read'; readonly record: LeaseRecord | undefined; readonly ledBefore: boolean }
  | { readonly type: 'unread' }
  | {
      readonly type: 'answer';
      readonly to: Exclude<Request, 'read'> | 'renew';
      readonly sentAt: number;
      readonly answer: Answer;
    }
  | { readonly type: 'gate'; readonly gate: Gate }
  /** The application of this term answers. */
  | { readonly type: 'answered'; readonly term: number }
  /** Somebody asks that another member lead. */
  | { readonly type: 'give-up' }
  /** This member's pod is to be deleted, and another shall lead before its application ends. */
  | { readonly type: 'leave' }
  | { readonly type: 'end' }
  | { readonly type: 'tick' };

/** A write of the whole Lease, on the version that is known. */
export interface Claim {
  readonly base: LeaseRecord | undefined;

  /** As somebody has edited it, if that is safe. */
  readonly duration: number;
  readonly counted: number;
  readonly transitions: number;

  /** Unless it is taken now. */
  readonly acquired?: string;
}

export type Action =
  | { readonly do: 'read' }
  /** Creates a Lease that nobody holds: it may come late, and must give nobody a right. */
  | { readonly do: 'ensure' }
  | { readonly do: 'acquire'; readonly claim: Claim }
  | { readonly do: 'renew' }
  /** As `acquire`, by a leader whose Lease was edited, cleared or deleted. */
  | { readonly do: 'restate'; readonly claim: Claim }
  /** Gives up what was taken then: late, it must not give up what was taken since. */
  | { readonly do: 'release'; readonly acquired: string }
  | { readonly do: 'allow'; readonly deadline: Deadline; readonly ring: boolean }
  /** What the gate says afterwards, it says knowing that it may not run. */
  | { readonly do: 'forbid' }
  /** Begins to ask whether the application answers. */
  | { readonly do: 'check'; readonly term: number }
  /** Leads clients here, and keeps them here while the lead lasts. */
  | { readonly do: 'route'; readonly term: number }
  /** Leads clients nowhere, if they still come here. */
  | { readonly do: 'withdraw'; readonly term: number }
  /** What the lead had begun ends. */
  | { readonly do: 'stand-by' }
  /** For people: logs, Events, metrics. */
  | { readonly do: 'note'; readonly note: Note }
  | { readonly do: 'exit' };

export type Note =
  | { readonly what: 'acquired' | 'resumed' | 'serving' | 'start-timed-out'; readonly term: number }
  | { readonly what: 'lost'; readonly term: number; readonly why: Loss }
  | { readonly what: 'retimed' | 'edit-refused'; readonly seconds: number };

/** Why a lead ended. */
export type Loss = 'taken by another' | 'not renewed in time' | 'container gone' | 'application stopped';

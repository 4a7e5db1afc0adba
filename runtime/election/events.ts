/** What an elector hears, and does. Times are milliseconds of the kernel's uptime. */
import type { Deadline, Gate, LeaseRecord, Request } from './state';

/** `refused`: the API server has another state than was assumed. `failed`: no answer, or none that says anything. */
export type Answer = LeaseRecord | 'refused' | 'failed';

/** What a leader asks of each other member: to leave the Lease to this lead, for so long from its answer on. */
export interface PromiseRequest {
  readonly holder: string;
  readonly acquired: string;
  readonly term: number;
  readonly duration: number;
}

/** A promise, or why there is none. */
export type Reply =
  | 'promised'
  | 'leads itself'
  | 'may have taken the Lease'
  | 'knows of another lead'
  | 'has not lost the API server';

/** What is answered with a Lease, or not at all. */
export type Answered = Exclude<Request, 'read'> | 'renew';

export type Event =
  /** Told by the watch. */
  | { readonly type: 'watched'; readonly record: LeaseRecord }
  /** The watch was interrupted, or told of a deletion. */
  | { readonly type: 'unwatched' }
  /** Read; undefined if there is none. */
  | { readonly type: 'read'; readonly record: LeaseRecord | undefined }
  | { readonly type: 'unread' }
  | {
      readonly type: 'answer';
      readonly to: Answered;
      readonly sentAt: number;
      readonly answer: Answer;
    }
  /** `id`: of the reply. */
  | { readonly type: 'asked'; readonly request: PromiseRequest; readonly id: number }
  /** Another member's promise to the lead of this term, which may go on until then. */
  | { readonly type: 'promised'; readonly by: string; readonly term: number; readonly until: number }
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
  readonly base: LeaseRecord;

  /** As somebody has edited it, if that is safe. */
  readonly duration: number;
  readonly counted: number;
  readonly transitions: number;
  readonly acquired: string;
}

export type Action =
  | { readonly do: 'read' }
  /** Creates a Lease that nobody holds: it may come late, and must give nobody a right. */
  | { readonly do: 'ensure'; readonly duration: number }
  | { readonly do: 'acquire'; readonly claim: Claim }
  /** `fresh`: on a connection of its own, since the last one was not answered. */
  | { readonly do: 'renew'; readonly fresh: boolean }
  /** As `acquire`, by a leader whose Lease was edited, cleared or deleted. */
  | { readonly do: 'restate'; readonly claim: Claim }
  /** Gives up what was taken then: late, it must not give up what was taken since. */
  | { readonly do: 'release'; readonly acquired: string }
  /** Asks all other members. A promise lets the lead go on for `counted` from before it was asked for. */
  | { readonly do: 'ask-peers'; readonly request: PromiseRequest; readonly counted: number }
  | { readonly do: 'reply'; readonly id: number; readonly reply: Reply }
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
  /** Nothing but promises keeps the lead; the API server is back. */
  | { readonly what: 'failsafe-active' | 'failsafe-over' }
  | { readonly what: 'retimed' | 'edit-refused'; readonly seconds: number }
  /** It has asked as much as it may. Once for each time that it has to wait. */
  | { readonly what: 'waits'; readonly request: Request | 'renew' };

/** Why a lead ended. */
export type Loss = 'taken by another' | 'not renewed in time' | 'container gone' | 'application stopped';

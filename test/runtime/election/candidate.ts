/** One member's state machine, told events by hand: the tests of the rules in runtime/election/machine.ts. */
import { initialState, step, wakeAt } from '../../../runtime/election/machine';
import type { Action, Answer, Event } from '../../../runtime/election/events';
import type { Deadline, Gate, LeaseRecord, Settings, State } from '../../../runtime/election/state';

export const TIMING = { leaseDuration: 10_000, renewDeadline: 7000, retryPeriod: 2500, killAfter: 2000 };

export const SETTINGS: Settings = {
  identity: 'app-0_uid-0',
  pod: 'app-0',
  startTimeout: 15_000,
  timing: TIMING,
  bootedAt: 0,
};

export const WAITING: Gate = { word: 'waiting', id: '500' };
export const ENDED: Gate = { word: 'ended', id: '500' };
export const NONE: Gate = { word: 'none' };

/** The version of the Lease that `Candidate.leading` has taken, which is its term. */
export const TERM = 101;

export const running = (term = TERM): Gate => ({ word: 'running', id: '500', term });

const FIRST_MOMENT = 1000;

/** What a member calls a lead that it has asked for at that moment. */
export const acquiredAt = (moment: number): string =>
  `1970-01-01T00:00:${new Date(moment).toISOString().slice(17, 23)}000Z`;

/** What it calls one that it has asked for in its first moment. */
export const ACQUIRED = acquiredAt(FIRST_MOMENT);

/** A Lease that another member holds. */
export const THEIRS: LeaseRecord = {
  version: 100,
  holder: 'app-1_uid-1',
  acquired: 'noon',
  renewed: 'noon',
  duration: 10_000,
  counted: 10_000,
  configured: 10_000,
  transitions: 3,
  released: false,
};

/** One that was given up. */
export const FREE: LeaseRecord = { ...THEIRS, holder: '', acquired: '', renewed: 'evening', released: true };

/** One that was made anew, which nobody has held. */
export const MADE: LeaseRecord = {
  version: 110,
  holder: '',
  acquired: '',
  renewed: '',
  duration: 10_000,
  transitions: 0,
  released: false,
};

/** The one that this member has taken. */
export const OURS: LeaseRecord = {
  ...THEIRS,
  version: TERM,
  holder: SETTINGS.identity,
  acquired: ACQUIRED,
  renewed: ACQUIRED,
  transitions: 4,
};

/** More events than any test takes: one that waits for what never comes fails instead of hanging. */
const MOST_EVENTS = 10_000;

export class Candidate {
  now = FIRST_MOMENT;
  state: State;
  private events = 0;

  constructor(former?: Deadline, settings: Partial<Settings> = {}) {
    this.state = initialState({ ...SETTINGS, ...settings }, former);
  }

  /** Knows the Lease, and has an application that waits to be started. */
  static standby(record: LeaseRecord | undefined, settings?: Partial<Settings>): Candidate {
    const candidate = new Candidate(undefined, settings);
    candidate.hears(WAITING);
    candidate.reads(record);
    return candidate;
  }

  /** Has taken the Lease in its first moment; the application is to start. */
  static starting(record: LeaseRecord = OURS, settings?: Partial<Settings>): Candidate {
    const candidate = Candidate.standby(FREE, settings);
    candidate.answer('acquire', record);
    return candidate;
  }

  /** Leads, and its application serves; not a millisecond has passed. */
  static leading(record?: LeaseRecord, settings?: Partial<Settings>): Candidate {
    const candidate = Candidate.starting(record, settings);
    candidate.hears(running());
    candidate.take({ type: 'answered', term: TERM });
    return candidate;
  }

  /** Has told its application to stop, which still runs. */
  static stopping(): Candidate {
    const candidate = Candidate.leading();
    candidate.take({ type: 'give-up' });
    return candidate;
  }

  take(event: Event): readonly Action[] {
    this.events += 1;
    if (this.events > MOST_EVENTS)
      throw new Error(`What this test waits for has not come after ${MOST_EVENTS} events.`);
    const { state, actions } = step(this.state, event, this.now);
    this.state = state;
    return actions;
  }

  /** Lets this much time pass, in which nothing happens. */
  wait(milliseconds: number): readonly Action[] {
    this.now += milliseconds;
    return this.take({ type: 'tick' });
  }

  hears(gate: Gate): readonly Action[] {
    return this.take({ type: 'gate', gate });
  }

  reads(record: LeaseRecord | undefined): readonly Action[] {
    return this.take({ type: 'read', record });
  }

  sees(record: LeaseRecord): readonly Action[] {
    return this.take({ type: 'watched', record });
  }

  /** The API server answers what was asked so long ago. */
  answer(to: Extract<Event, { type: 'answer' }>['to'], answer: Answer, ago = 0): readonly Action[] {
    return this.take({ type: 'answer', to, sentAt: this.now - ago, answer });
  }

  /** How long from now it may sleep. */
  get sleep(): number {
    return wakeAt(this.state, this.now) - this.now;
  }

  get phase(): string {
    return this.state.lead?.phase ?? 'standby';
  }
}

/** What is to be done, by name. */
export function names(actions: readonly Action[]): readonly string[] {
  return actions.map((action) => action.do);
}

/** What people are told. */
export function notes(actions: readonly Action[]): readonly unknown[] {
  return actions.flatMap((action) => (action.do === 'note' ? [action.note] : []));
}

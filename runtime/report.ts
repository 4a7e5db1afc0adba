/** What people are told of what happens: by the log, which names the Event's reason, by metrics, and by Events of this pod. */
import type { Note } from './election/events';
import type { KubeEvent } from './kubernetes/events';
import type { Outcome } from './kubernetes/outcome';
import type { Logger } from './log';
import type { Metrics } from './metrics';

export interface Told {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tell: (event: KubeEvent) => void;

  /** Told of each request, also of one that is not sent. */
  readonly onOutcome: (outcome: Outcome) => void;
}

export function report(note: Note, { log, metrics, tell, onOutcome }: Told): void {
  if (note.what === 'waits') {
    onOutcome(unsent(note.request));
    return;
  }
  const { what, ...fields } = note;
  const why = note.what === 'lost' ? note.why : '';
  if ('term' in note) metrics.transitions.inc({ to: what, reason: why });
  const event = eventOf(note);
  log[isBad(note) ? 'warn' : 'info']({ ...fields, reason: event?.reason }, what);
  if (event) tell(event);
}

const VERBS: Readonly<Record<Extract<Note, { what: 'waits' }>['request'], Outcome['verb']>> = {
  read: 'get',
  ensure: 'create',
  acquire: 'patch',
  restate: 'patch',
  release: 'patch',
  renew: 'patch',
};

/** As a request of another kind that is beyond what may be asked. */
function unsent(request: keyof typeof VERBS): Outcome {
  const verb = VERBS[request];
  return { verb, resource: 'leases', namespace: '', code: 'budget', says: request, isTested: false };
}

function isBad(note: Note): boolean {
  return (
    ['start-timed-out', 'edit-refused', 'failsafe-active'].includes(note.what) ||
    (note.what === 'lost' && note.why !== 'application stopped')
  );
}

/** For people; what happens in between is in the log. */
function eventOf(note: Note): KubeEvent | undefined {
  switch (note.what) {
    case 'lost':
      return {
        type: isBad(note) ? 'Warning' : 'Normal',
        reason: 'LeaderLost',
        message: `leads no more: ${note.why} (token ${note.term})`,
      };
    case 'start-timed-out':
      return { type: 'Warning', reason: 'StartTimedOut', message: 'the application did not answer in time' };
    case 'failsafe-active':
      return {
        type: 'Warning',
        reason: 'FailsafeActive',
        message: 'the API server is away: leads by the promises of all other members, and stops without one',
      };
    case 'failsafe-over':
      return { type: 'Normal', reason: 'FailsafeOver', message: 'the Lease is renewed again' };
    case 'retimed':
      return {
        type: 'Normal',
        reason: 'LeaseEdited',
        message: `the Lease lasts ${note.seconds} s from now on`,
      };
    case 'edit-refused':
      return {
        type: 'Warning',
        reason: 'LeaseEditRefused',
        message: `a Lease of ${note.seconds} s leaves no time to stop the application`,
      };
    default:
      return undefined;
  }
}

/** Clients are led here; that the application answers is not enough for it. */
export function servingEvent(term: number): KubeEvent {
  return { type: 'Normal', reason: 'LeaderServing', message: `leads with token ${term}` };
}

/** What people are told of an election's notes: an Event's name is found in the log as well. */
import { pino } from 'pino';
import type { Note } from '../../runtime/election/events';
import { initialState } from '../../runtime/election/machine';
import type { KubeEvent } from '../../runtime/kubernetes/events';
import type { Outcome } from '../../runtime/kubernetes/outcome';
import { Metrics } from '../../runtime/metrics';
import { report } from '../../runtime/report';

const TIMING = { leaseDuration: 10_000, renewDeadline: 7000, retryPeriod: 2500, killAfter: 2000 };
const SETTINGS = { identity: 'app-0_uid', pod: 'app-0', startTimeout: 60_000, timing: TIMING, bootedAt: 0 };

function told(note: Note) {
  const lines: unknown[] = [];
  const events: KubeEvent[] = [];
  const outcomes: Outcome[] = [];
  const metrics = new Metrics({
    group: 'ns/app',
    state: () => initialState(SETTINGS),
    routedTerm: () => undefined,
    watches: () => 0,
    clock: () => 0,
  });
  const options = { base: null, timestamp: false, formatters: { level: (level: string) => ({ level }) } };
  const log = pino(options, { write: (line) => lines.push(JSON.parse(line)) });
  report(note, {
    log,
    metrics,
    tell: (event) => events.push(event),
    onOutcome: (outcome) => outcomes.push(outcome),
  });
  return { lines, outcomes, reasons: events.map(({ reason }) => reason) };
}

it.each<[Note, string, string]>([
  [{ what: 'lost', term: 7, why: 'not renewed in time' }, 'warn', 'LeaderLost'],
  [{ what: 'lost', term: 7, why: 'application stopped' }, 'info', 'LeaderLost'],
  [{ what: 'start-timed-out', term: 7 }, 'warn', 'StartTimedOut'],
  [{ what: 'failsafe-active' }, 'warn', 'FailsafeActive'],
  [{ what: 'failsafe-over' }, 'info', 'FailsafeOver'],
  [{ what: 'retimed', seconds: 4 }, 'info', 'LeaseEdited'],
  [{ what: 'edit-refused', seconds: 4 }, 'warn', 'LeaseEditRefused'],
])('%j is in the log as %s, with the reason of its Event: %s', (note, level, reason) => {
  const { what, ...fields } = note;
  const { lines, reasons } = told(note);

  expect(lines).toEqual([{ level, ...fields, reason, msg: what }]);
  expect(reasons).toEqual([reason]);
});

it.each(['acquired', 'resumed', 'serving'] as const)('%s is in the log only', (what) => {
  const { lines, reasons } = told({ what, term: 7 });

  expect(lines).toEqual([{ level: 'info', term: 7, msg: what }]);
  expect(reasons).toEqual([]);
});

it.each([
  ['renew', 'patch'],
  ['read', 'get'],
  ['ensure', 'create'],
] as const)('%s, when it has to wait, counts as a request that was not sent', (request, verb) => {
  const { lines, outcomes } = told({ what: 'waits', request });

  expect(outcomes).toEqual([expect.objectContaining({ verb, resource: 'leases', code: 'budget' })]);
  expect(lines).toEqual([]);
});

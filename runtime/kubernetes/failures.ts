/**
 * Tells people of requests that fail: by the log at once and then once a minute, and by an Event when somebody has to mend
 * something, or when it has lasted for a minute. And that it works again, if they were told that it does not.
 */
import { type Diagnosis, diagnosisOf } from './diagnosis';
import type { KubeEvent } from './events';
import type { Outcome } from './outcome';

type Say = (fields: object, message: string) => void;

interface FailureParts {
  readonly log: { readonly info: Say; readonly warn: Say };
  readonly tell: (event: KubeEvent) => void;

  /** Milliseconds. */
  readonly clock: () => number;
}

interface Run {
  /** Since the last success. */
  failures: number;
  since: number;

  /** Whether the log has said so since the last success. */
  isTold: boolean;
  loggedAt: number;
  eventAt: number;
}

const LOG_EVERY_MS = 60_000;
const EVENT_EVERY_MS = 600_000;

export class Failures {
  /** By verb and resource, and by code. */
  private readonly runs = new Map<string, Map<Outcome['code'], Run>>();

  constructor(private readonly parts: FailureParts) {}

  take(outcome: Outcome): void {
    const { verb, resource, code } = outcome;
    const key = `${verb} ${resource}`;
    const runs = this.runs.get(key) ?? new Map<Outcome['code'], Run>();
    this.runs.set(key, runs);
    const diagnosis = diagnosisOf(outcome);
    if (diagnosis === undefined) {
      this.recover(outcome, [...runs.values()]);
      return;
    }
    const now = this.parts.clock();
    const run = runs.get(code) ?? {
      failures: 0,
      since: now,
      isTold: false,
      loggedAt: -Infinity,
      eventAt: -Infinity,
    };
    runs.set(code, run);
    if (run.failures === 0) run.since = now;
    run.failures += 1;
    this.report(outcome, diagnosis, run, now);
  }

  /** The account's files cannot be read; what was read last still does. */
  unreadable(says: string): void {
    const target = { verb: 'get', resource: 'serviceaccount files', namespace: '' } as const;
    this.take({ ...target, code: 'credentials', says, isTested: false });
  }

  private recover({ verb, resource }: Outcome, runs: readonly Run[]): void {
    const failures = runs.reduce((sum, run) => sum + run.failures, 0);
    if (runs.some(({ isTold }) => isTold)) this.parts.log.info({ verb, resource, failures }, 'works again');
    for (const run of runs) Object.assign(run, { failures: 0, isTold: false });
  }

  private report(outcome: Outcome, { reason, message }: Diagnosis, run: Run, now: number): void {
    const { verb, resource, code, says } = outcome;
    if (now - run.loggedAt < LOG_EVERY_MS) return;
    Object.assign(run, { loggedAt: now, isTold: true });
    this.parts.log.warn({ reason, verb, resource, code, says, failures: run.failures }, message);
    const isDue = reason === 'ApiRefused' || now - run.since >= LOG_EVERY_MS;
    // Of Events that cannot be written no Event would tell.
    if (reason === undefined || !isDue || resource === 'events' || now - run.eventAt < EVENT_EVERY_MS) return;
    run.eventAt = now;
    this.parts.tell({ type: 'Warning', reason, message });
  }
}

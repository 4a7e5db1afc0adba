/** What Prometheus is told of an elector. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Gate, State } from './election/state';

/** A renewal has seconds at most. */
const LATENCY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const START_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

const PHASES = ['standby', 'starting', 'serving', 'stopping'] as const;
const WORDS: readonly Gate['word'][] = ['unknown', 'none', 'waiting', 'running', 'ended'];

export class Metrics {
  readonly registry = new Registry();

  readonly transitions = new Counter({
    name: 'cdk8s_ha_transitions_total',
    help: 'Leads that began or ended on this member.',
    labelNames: ['to', 'reason'],
    registers: [this.registry],
  });

  readonly requests = new Counter({
    name: 'cdk8s_ha_lease_requests_total',
    help: 'Requests about the Lease, by what they were for and how they ended.',
    labelNames: ['request', 'result'],
    registers: [this.registry],
  });

  readonly renewal = new Histogram({
    name: 'cdk8s_ha_renewal_seconds',
    help: 'Time from the sending of a renewal to its answer.',
    buckets: LATENCY_BUCKETS,
    registers: [this.registry],
  });

  readonly routing = new Histogram({
    name: 'cdk8s_ha_routing_seconds',
    help: "Time from the application's first answer to the write that leads clients to it.",
    buckets: LATENCY_BUCKETS,
    registers: [this.registry],
  });

  readonly start = new Histogram({
    name: 'cdk8s_ha_application_start_seconds',
    help: "Time from taking the Lease to the application's first answer.",
    buckets: START_BUCKETS,
    registers: [this.registry],
  });

  /** What is known in the moment of asking. */
  constructor(stateOf: () => State, clock: () => number) {
    const registers = [this.registry];
    const gauge = (name: string, help: string, value: () => number) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(value());
        },
      });
    const secondsTo = (time: number | undefined) => (time === undefined ? 0 : (time - clock()) / 1000);

    gauge('cdk8s_ha_leader', '1 while clients are led here.', () =>
      stateOf().lead?.phase === 'serving' ? 1 : 0,
    );
    gauge('cdk8s_ha_term', 'The fencing token of the lead; 0 on a standby.', () => stateOf().lead?.term ?? 0);
    gauge(
      'cdk8s_ha_deadline_seconds',
      'How long the application may go on without a renewal; 0 on a standby.',
      () => secondsTo(stateOf().lead?.until),
    );
    gauge(
      'cdk8s_ha_since_renewal_seconds',
      'Time since the sending of the last renewal that succeeded; 0 on a standby.',
      () => {
        const { lead, timing } = stateOf();
        return lead ? timing.renewDeadline / 1000 - secondsTo(lead.until) : 0;
      },
    );
    stateGauge(
      registers,
      'cdk8s_ha_phase',
      "1 for this member's phase.",
      PHASES,
      () => stateOf().lead?.phase ?? 'standby',
    );
    stateGauge(
      registers,
      'cdk8s_ha_gate',
      '1 for what the gate said last.',
      WORDS,
      () => stateOf().gate.word,
    );
  }
}

function stateGauge<T extends string>(
  registers: Registry[],
  name: string,
  help: string,
  states: readonly T[],
  current: () => T,
): void {
  new Gauge({
    name,
    help,
    labelNames: ['state'],
    registers,
    collect() {
      for (const state of states) this.set({ state }, state === current() ? 1 : 0);
    },
  });
}

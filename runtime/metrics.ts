/** What Prometheus is told of an elector. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Gate, State } from './election/state';
import type { Outcome } from './kubernetes/outcome';

/** A renewal has seconds at most. */
const LATENCY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** The gate looks every 0.2 s, and some margin of the election is 0.5 s, 1 s or 5 s. */
const TICK_BUCKETS = [0.21, 0.25, 0.3, 0.4, 0.5, 0.7, 1, 1.2, 2, 5.2];
const START_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

const PHASES = ['standby', 'starting', 'serving', 'stopping'] as const;
const WORDS: readonly Gate['word'][] = ['unknown', 'none', 'waiting', 'running', 'ended'];

const WATCHED = ['leases', 'endpointslices', 'pods'];

/** How often the event loop's lateness is looked at: more would cost more than the election does. */
const EVENT_LOOP_MS = 100;

/** What is known in the moment of asking. */
export interface MetricsSource {
  /** `NAMESPACE/LEASE`, on each series. */
  readonly group: string;
  readonly state: () => State;

  /** The last term in which clients were led here. */
  readonly routedTerm: () => number | undefined;

  /** How many watches of a resource stand. */
  readonly watches: (resource: string) => number;

  /** Milliseconds of the kernel's uptime. */
  readonly clock: () => number;
}

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

  readonly apiRequests = new Counter({
    name: 'cdk8s_ha_api_requests_total',
    help: "Requests to the API server, by the answer's status or why there was none; a watch is one.",
    labelNames: ['verb', 'resource', 'code'],
    registers: [this.registry],
  });

  readonly watchEnds = new Counter({
    name: 'cdk8s_ha_watch_ends_total',
    help: 'Watches that ended: closed by the API server, silent for too long, or failed.',
    labelNames: ['resource', 'end'],
    registers: [this.registry],
  });

  readonly gateTick = new Histogram({
    name: 'cdk8s_ha_gate_tick_seconds',
    help: "Time between two of the gate's looks at its deadline while the application runs; 0.2 unless it is late.",
    buckets: TICK_BUCKETS,
    registers: [this.registry],
  });

  constructor({ group, state: stateOf, routedTerm, watches, clock }: MetricsSource) {
    const registers = [this.registry];
    this.registry.setDefaultLabels({ group });
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

    gauge('cdk8s_ha_leader', '1 while clients are led here.', () => {
      const { lead } = stateOf();
      return lead?.phase === 'serving' && lead.term === routedTerm() ? 1 : 0;
    });
    new Gauge({
      name: 'cdk8s_ha_watches',
      help: 'Watches that stand.',
      labelNames: ['resource'],
      registers,
      collect() {
        for (const resource of WATCHED) this.set({ resource }, watches(resource));
      },
    });
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
        return lead ? timing.renewDeadline / 1000 - secondsTo(lead.renewedUntil) : 0;
      },
    );
    gauge(
      'cdk8s_ha_failsafe_active',
      "1 while nothing but the other members' promises keeps the lead.",
      () => (stateOf().lead?.isProlonged ? 1 : 0),
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

  /** Of this process and its event loop, which may serve several electors. */
  measureProcess(): void {
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: EVENT_LOOP_MS });
  }

  asked({ verb, resource, code }: Outcome): void {
    this.apiRequests.inc({ verb, resource, code });
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

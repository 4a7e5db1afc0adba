/** What Prometheus reads of an elector, from the text itself. */
import { initialState } from '../../runtime/election/machine';
import type { State } from '../../runtime/election/state';
import { Metrics, type MetricsSource } from '../../runtime/metrics';

const TIMING = { leaseDuration: 10_000, renewDeadline: 7000, retryPeriod: 2500, killAfter: 2000 };
const SETTINGS = { identity: 'app-0_uid', pod: 'app-0', startTimeout: 60_000, timing: TIMING, bootedAt: 0 };
const STANDBY = initialState(SETTINGS);
const NOW = 100_000;
const LEAD = {
  term: 4711,
  gate: '5',
  until: NOW + 5500,
  renewAt: NOW + 1000,
  renewedUntil: NOW + 5500,
  limit: NOW,
  promised: {},
  isProlonged: false,
  isUnanswered: false,
  startBy: NOW + 60_000,
};

function leading(phase: 'starting' | 'serving' | 'stopping'): State {
  return { ...STANDBY, gate: { word: 'running', id: '5', term: 4711 }, lead: { ...LEAD, phase } };
}

/** The value of each series, by its name and labels as they are written, without that of the group, which all have. */
async function seriesOf(metrics: Metrics): Promise<Readonly<Record<string, number>>> {
  const lines = (await metrics.registry.metrics())
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const parsed = lines.map((line) => {
    const [, name = '', labels = '', value] =
      /^([a-z0-9_]+)\{((?:[a-z]+="[^"]*",)*)group="ns\/app"\} (\S+)$/.exec(line) ?? [];
    if (value === undefined) throw new Error(`this is no series of the group: ${line}`);
    return [labels === '' ? name : `${name}{${labels.slice(0, -1)}}`, Number(value)] as const;
  });
  return Object.fromEntries(parsed);
}

function metricsOf(state: () => State, source: Partial<MetricsSource> = {}): Metrics {
  return new Metrics({
    group: 'ns/app',
    state,
    routedTerm: () => LEAD.term,
    watches: () => 0,
    clock: () => NOW,
    ...source,
  });
}

const of = (state: State) => seriesOf(metricsOf(() => state));

it.each<[string, State, Readonly<Record<string, number>>]>([
  ['a standby', STANDBY, { leader: 0, term: 0, deadline_seconds: 0, since_renewal_seconds: 0 }],
  [
    'a start',
    leading('starting'),
    { leader: 0, term: 4711, deadline_seconds: 5.5, since_renewal_seconds: 1.5 },
  ],
  [
    'a leader',
    leading('serving'),
    { leader: 1, term: 4711, deadline_seconds: 5.5, since_renewal_seconds: 1.5 },
  ],
  ['an end', leading('stopping'), { leader: 0, term: 4711 }],
])('of %s, its gauges', async (_, state, expected) => {
  const named = Object.entries(expected).map(([name, value]) => [`cdk8s_ha_${name}`, value]);

  expect(await of(state)).toMatchObject(Object.fromEntries(named));
});

it.each([
  ['not led here yet', undefined, 0],
  ['led here in an earlier term', LEAD.term - 1, 0],
  ['led here', LEAD.term, 1],
])('a leader is one when clients are %s', async (_, term, leader) => {
  const metrics = metricsOf(() => leading('serving'), { routedTerm: () => term });

  expect(await seriesOf(metrics)).toMatchObject({ cdk8s_ha_leader: leader });
});

it('the time since a renewal counts on, whatever peers promise', async () => {
  const state = leading('serving');
  const lead = state.lead && {
    ...state.lead,
    until: NOW + 7000,
    renewedUntil: NOW - 3000,
    isProlonged: true,
  };

  expect(await of({ ...state, ...(lead && { lead }) })).toMatchObject({
    cdk8s_ha_deadline_seconds: 7,
    cdk8s_ha_since_renewal_seconds: 10,
    cdk8s_ha_failsafe_active: 1,
  });
  expect(await of(state)).toMatchObject({ cdk8s_ha_failsafe_active: 0 });
});

it.each<[State, string, string]>([
  [STANDBY, 'standby', 'unknown'],
  [leading('starting'), 'starting', 'running'],
  [leading('serving'), 'serving', 'running'],
  [leading('stopping'), 'stopping', 'running'],
  [{ ...STANDBY, gate: { word: 'ended', id: '5' } }, 'standby', 'ended'],
  [{ ...STANDBY, gate: { word: 'waiting', id: '5' } }, 'standby', 'waiting'],
  [{ ...STANDBY, gate: { word: 'none' } }, 'standby', 'none'],
])('one phase and one word of the gate are true', async (state, phase, word) => {
  const series = Object.entries(await of(state)).filter(([name]) => name.includes('{state='));

  expect(series).toHaveLength(4 + 5);
  expect(series.filter(([, value]) => value === 1).map(([name]) => name)).toEqual([
    `cdk8s_ha_phase{state="${phase}"}`,
    `cdk8s_ha_gate{state="${word}"}`,
  ]);
});

it('what is true is looked up in the moment of asking', async () => {
  let state = STANDBY;
  const metrics = metricsOf(() => state);
  expect(await seriesOf(metrics)).toMatchObject({ cdk8s_ha_leader: 0, 'cdk8s_ha_phase{state="standby"}': 1 });
  state = leading('serving');

  expect(await seriesOf(metrics)).toMatchObject({
    cdk8s_ha_leader: 1,
    'cdk8s_ha_phase{state="standby"}': 0,
    'cdk8s_ha_phase{state="serving"}': 1,
  });
});

it('what happens is counted and timed', async () => {
  const metrics = metricsOf(() => STANDBY);
  metrics.transitions.inc({ to: 'lost', reason: 'container gone' });
  metrics.requests.inc({ request: 'renew', result: 'failed' });
  metrics.requests.inc({ request: 'renew', result: 'failed' });
  metrics.renewal.observe(0.02);
  metrics.routing.observe(0.3);
  metrics.start.observe(42);

  expect(await seriesOf(metrics)).toMatchObject({
    'cdk8s_ha_transitions_total{to="lost",reason="container gone"}': 1,
    'cdk8s_ha_lease_requests_total{request="renew",result="failed"}': 2,
    'cdk8s_ha_renewal_seconds_bucket{le="0.01"}': 0,
    'cdk8s_ha_renewal_seconds_bucket{le="0.025"}': 1,
    cdk8s_ha_routing_seconds_sum: 0.3,
    'cdk8s_ha_application_start_seconds_bucket{le="60"}': 1,
    cdk8s_ha_application_start_seconds_count: 1,
  });
});

it('requests and watches are counted by what they were about', async () => {
  const metrics = metricsOf(() => STANDBY, { watches: (resource) => (resource === 'leases' ? 1 : 0) });
  const request = { verb: 'patch', resource: 'leases', namespace: 'ns', says: '', isTested: true } as const;
  metrics.asked({ ...request, code: 200 });
  metrics.asked({ ...request, code: 403 });
  metrics.asked({ ...request, code: 'timeout' });
  metrics.watchEnds.inc({ resource: 'pods', end: 'silent' });

  expect(await seriesOf(metrics)).toMatchObject({
    'cdk8s_ha_api_requests_total{verb="patch",resource="leases",code="200"}': 1,
    'cdk8s_ha_api_requests_total{verb="patch",resource="leases",code="403"}': 1,
    'cdk8s_ha_api_requests_total{verb="patch",resource="leases",code="timeout"}': 1,
    'cdk8s_ha_watch_ends_total{resource="pods",end="silent"}': 1,
    'cdk8s_ha_watches{resource="leases"}': 1,
    'cdk8s_ha_watches{resource="pods"}': 0,
  });
});

it('the process and its event loop are measured', async () => {
  const metrics = metricsOf(() => STANDBY);
  metrics.measureProcess();
  const series = await seriesOf(metrics);

  for (const name of [
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_seconds',
  ]) {
    expect(series[name]).toBeGreaterThanOrEqual(0);
  }
});

it('two electors in one process do not mix', async () => {
  const [one, other] = [metricsOf(() => STANDBY), metricsOf(() => STANDBY)];
  one.renewal.observe(1);

  expect(await seriesOf(other)).toMatchObject({ cdk8s_ha_renewal_seconds_count: 0 });
});

it('each metric says what it is', async () => {
  const text = await metricsOf(() => STANDBY).registry.metrics();
  const names = [...text.matchAll(/^# TYPE (\S+) (?:counter|gauge|histogram)$/gm)].map(([, name]) => name);

  expect(names).toHaveLength(16);
  for (const name of names) expect(text).toMatch(new RegExp(`^# HELP ${name ?? ''} .+\\.?$`, 'm'));
});

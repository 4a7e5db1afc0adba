/** A real elector, seen from the outside, whose requests are refused or whose watches have died: log, Events, probes, metrics. */
import { createServer } from 'node:net';
import * as v from 'valibot';
import { Running, cleanUp, eventually, temporaryFolder } from '../support/processes';
import { closeServers, listening } from './support/local-server';
import { SLICE, SLICES, pathOf, podObject } from './support/group';
import { ObjectStore, type Seen } from './support/object-store';
import { bundledRuntime } from './support/runtime-bundle';

const LEASE = '/apis/coordination.k8s.io/v1/namespaces/ns/leases/lease-app';

const GIVEN_UP = {
  metadata: { name: 'lease-app' },
  spec: {
    holderIdentity: '',
    leaseDurationSeconds: 4,
    leaseTransitions: 1,
    renewTime: '2026-11-21T07:20:14.224000Z',
  },
};

let program = '';

beforeAll(() => {
  program = bundledRuntime();
});

afterAll(() => {
  closeServers();
  cleanUp();
});

const isWrite = ({ method }: Seen) => method !== 'GET';

/** An API server that takes all Events, and refuses the rest with 403 while it is told to. */
async function refusing(isRefused: (request: Seen) => boolean) {
  const store = await ObjectStore.start();
  store.put(pathOf('app-0'), podObject('app-0'));
  const rule = { isRefused };
  store.interfere = (request) => {
    if (request.path.endsWith('/events')) return 201;
    return rule.isRefused(request) ? 403 : undefined;
  };
  const Told = v.object({ reason: v.string(), message: v.string() });
  const events = () =>
    store.requests
      .filter(({ path }) => path.endsWith('/events'))
      .map(({ body }) => v.parse(Told, body))
      .map(({ reason, message }) => `${reason}: ${message}`);
  const allow = () => (rule.isRefused = () => false);
  return { store, events, allow };
}

/** A hot standby, which needs no gate, with an application that takes connections. */
async function elector(store: Awaited<ReturnType<typeof ObjectStore.start>>) {
  const application = createServer((socket) => socket.resume()).unref();
  const appPort = await portOf(application);
  const free = createServer();
  const port = await portOf(free);
  await new Promise((resolve) => free.close(resolve));
  const apiPort = await listening(store.server);
  const flags = {
    'lease-name': 'lease-app',
    'lease-duration': '4s',
    'renew-deadline': '2.5s',
    'retry-period': '0.8s',
    'kill-after': '1s',
    standby: 'hot',
    routing: 'endpoint-slice',
    service: 'app',
    slice: 'app-leader',
    'slice-port': 'http:8080/TCP',
    'role-label': 'role',
    'leader-value': 'master',
    'standby-value': 'backup',
    peers: 'app-0',
    'app-check': `tcp://127.0.0.1:${appPort}`,
    'app-start-timeout': '60s',
    dir: temporaryFolder(),
    listen: `127.0.0.1:${port}`,
    credentials: store.credentials,
  };
  const env = {
    POD_NAME: 'app-0',
    POD_UID: 'uid-app-0',
    POD_IPS: '10.0.0.10',
    POD_NAMESPACE: 'ns',
    NODE_NAME: 'node-1',
    KUBERNETES_SERVICE_HOST: '127.0.0.1',
    KUBERNETES_SERVICE_PORT: String(apiPort),
  };
  const words = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  const running = new Running([process.execPath, program, 'elect', ...words], env);
  const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  return {
    running,
    status: async (path: string) => (await ask(path)).status,
    /** The values of a metric, or of those with these labels. */
    metric: async (name: string, ...labels: readonly string[]) =>
      (await (await ask('/metrics')).text())
        .split('\n')
        .filter((line) => line.startsWith(`${name}{`) && labels.every((label) => line.includes(label)))
        .map((line) => Number(line.slice(line.lastIndexOf(' ')))),
    end: async () => {
      running.kill('SIGKILL');
      await running.silent;
      application.close();
    },
  };
}

async function portOf(server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('it listens on a port');
  return address.port;
}

it('a Lease that may not be read is in the log and an Event with its remedy, and keeps the member from being Ready', async () => {
  const { store, events, allow } = await refusing(({ path }) => path.includes('/leases'));
  const { running, status, metric, end } = await elector(store);
  await running.printed('get leases failed (status 403): a Role in namespace ns');
  await running.printed('"reason":"ApiRefused"');
  await eventually(() => events().length > 0, 'an Event');

  expect(events()).toEqual([
    expect.stringMatching(/^ApiRefused: get leases failed .* has to allow get on leases$/),
  ]);
  expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 503]);
  expect(
    await metric('cdk8s_ha_api_requests_total', 'verb="get"', 'resource="leases"', 'code="403"'),
  ).toEqual([expect.any(Number)]);
  allow();
  await running.printed('"message":"works again"');
  expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 200]);
  await end();
});

it('a leader to which no clients are led does not say that it leads, until they are', async () => {
  const { store, events, allow } = await refusing(
    (request) => request.path.startsWith(SLICES) && isWrite(request),
  );
  store.put(LEASE, GIVEN_UP);
  const { running, metric, end } = await elector(store);
  await running.printed('"message":"serving"');
  await running.printed('create endpointslices failed (status 403)');

  expect(await metric('cdk8s_ha_phase', 'state="serving"')).toEqual([1]);
  expect(await metric('cdk8s_ha_leader')).toEqual([0]);
  expect(events().filter((event) => event.startsWith('LeaderServing'))).toEqual([]);
  allow();
  await running.printed('"reason":"LeaderServing","message":"clients are led here"');
  await eventually(() => events().some((event) => event.startsWith('LeaderServing')), 'the Event');
  expect(await metric('cdk8s_ha_leader')).toEqual([1]);
  await end();
});

it('a slice that is deleted while all watches are dead without a word is written again', async () => {
  const { store } = await refusing(() => false);
  store.put(LEASE, GIVEN_UP);
  const { running, metric, end } = await elector(store);
  await running.printed('"message":"clients are led here"');
  await store.watched(3);
  store.silenceWatches();
  store.delete(SLICE);
  await eventually(() => store.objects.has(SLICE), 'the slice');

  expect(await metric('cdk8s_ha_leader')).toEqual([1]);
  expect(await metric('cdk8s_ha_watch_ends_total', 'end="silent"', 'resource="endpointslices"')).toEqual([1]);
  await end();
});

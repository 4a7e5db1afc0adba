/** What the constructs render, the runtime reads: every combination of a group's props, and the values meant. */
import { Duration } from 'cdk8s';
import {
  ApiOutage,
  AppCheck,
  ElectionTiming,
  fromSecret,
  LeaderRouting,
  type RuntimeElectionProps,
  Standby,
} from '../../lib';
import type { HttpHook } from '../../lib/leader/standby';
import { type ElectOptions, readCommand } from '../../runtime/options';
import { HTTP, embedded, group, hot } from '../support/leader-groups';
import type { Rendering } from '../support/workloads';

const ADMIN = { name: 'admin', port: 9000 };
const IP = '10.0.0.1';

const ENV: Readonly<Record<string, string>> = {
  POD_NAME: 'app-0',
  POD_UID: 'uid-0',
  POD_IP: IP,
  POD_IPS: IP,
  POD_NAMESPACE: 'ns',
  NODE_NAME: 'node-1',
  KUBERNETES_SERVICE_HOST: '10.96.0.1',
  KUBERNETES_SERVICE_PORT: '443',
  FAILSAFE_KEY: 'a key of the tests',
};

/** As the kubelet starts the container: `$(NAME)` is replaced. */
function read(rendering: Rendering, container: string) {
  const args = rendering.container(container).args ?? [];
  return readCommand(
    args.map((arg) => arg.replaceAll(/\$\((\w+)\)/g, (_, name: string) => ENV[name] ?? '')),
    ENV,
  );
}

interface Variant {
  readonly says: string;
  readonly props: Partial<RuntimeElectionProps>;
  readonly means: Partial<ElectOptions>;
}

const HOOKS: readonly { readonly onPromote?: HttpHook; readonly onDemote?: HttpHook }[] = [
  { onPromote: { port: 9001, path: '/lead' } },
  { onDemote: { port: ADMIN.port, path: '/rest', address: 'pod' } },
  { onPromote: { port: 9001, path: '/lead' }, onDemote: { port: 9001, path: '/rest' } },
];

const STANDBYS: readonly (Variant & { readonly render: typeof group })[] = [
  {
    says: 'cold',
    render: group,
    props: {
      standby: Standby.cold({
        check: AppCheck.http(HTTP, '/up?deep=1'),
        startTimeout: Duration.millis(1500),
      }),
    },
    means: { standby: 'cold', appCheck: new URL(`http://${IP}:8080/up?deep=1`), appStartTimeout: 1500 },
  },
  {
    says: 'cold with a check of its own',
    render: group,
    props: { standby: Standby.cold({ check: AppCheck.exec(['app', 'ping']) }) },
    means: { standby: 'cold', appCheck: 'gate' },
  },
  {
    says: 'hot without hooks',
    render: hot,
    props: {},
    means: { standby: 'hot', appCheck: new URL(`tcp://${IP}:8080`), appStartTimeout: 60_000 },
  },
  ...HOOKS.map((hooks) => ({
    says: `hot with ${Object.keys(hooks).join(' and ')}`,
    render: hot,
    props: { standby: Standby.hot({ check: AppCheck.tcp(HTTP), ...hooks }), ports: [HTTP, ADMIN] },
    means: Object.fromEntries(
      Object.entries(hooks).map(([name, { port, path, address }]) => [
        name,
        new URL(`http://${address === 'pod' ? IP : '127.0.0.1'}:${port}${path}`),
      ]),
    ),
  })),
];

const ROUTINGS: readonly Variant[] = [
  {
    says: 'by slice',
    props: {},
    means: {
      slices: [
        {
          service: 'app-leader',
          name: 'app-leader-leader',
          family: 'IPv4',
          address: IP,
          ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
        },
      ],
    },
  },
  { says: 'by label', props: { routing: LeaderRouting.label() }, means: { slices: [] } },
];

const TIMINGS: readonly Variant[] = [
  {
    says: 'fast',
    props: { election: ElectionTiming.fast },
    means: { timing: { leaseDuration: 4000, renewDeadline: 2500, retryPeriod: 800, killAfter: 1000 } },
  },
  {
    says: 'patient',
    props: { election: ElectionTiming.patient },
    means: {
      timing: { leaseDuration: 60_000, renewDeadline: 45_000, retryPeriod: 10_000, killAfter: 10_000 },
    },
  },
];

const COMBINATIONS = STANDBYS.flatMap((standby) =>
  ROUTINGS.flatMap((routing) =>
    TIMINGS.map((timing) => [standby.says, routing.says, timing.says, { standby, routing, timing }] as const),
  ),
);

it.each(COMBINATIONS)('%s, %s, %s is read as meant', (_, __, ___, { standby, routing, timing }) => {
  const rendering = standby.render({ ...standby.props, ...routing.props, ...timing.props });
  const { command, options } = read(rendering, 'elector');

  expect(command).toBe('elect');
  const meant = {
    lease: 'app',
    role: { label: 'role', leader: 'master', standby: 'backup' },
    peers: ['app-0', 'app-1'],
    folder: '/run/ha',
    listen: { host: IP, port: 8480 },
    ...standby.means,
    ...timing.means,
    ...routing.means,
  };
  // Not `toMatchObject`, to which all URLs are alike.
  expect(options).toEqual(expect.objectContaining(meant));
});

it.each([
  ['no hooks', hot(), []],
  [
    'one hook',
    hot({ standby: Standby.hot({ check: AppCheck.tcp(HTTP), onDemote: { port: 9001, path: '/' } }) }),
    ['onDemote'],
  ],
])('a hot standby with %s has none more', (_, rendering, expected) => {
  const { options } = read(rendering, 'elector');

  expect(['onPromote', 'onDemote'].filter((hook) => hook in options)).toEqual(expected);
});

it('what is to be done in an outage is read as meant', () => {
  const apiOutage = ApiOutage.askPeers({ key: fromSecret('app-peers', 'key'), atMost: Duration.minutes(2) });

  expect(read(group({ apiOutage }), 'elector').options).toMatchObject({
    failsafe: { service: 'app.ns.svc.cluster.local', longest: 120_000, key: 'a key of the tests' },
  });
  expect(read(group(), 'elector').options).not.toHaveProperty('failsafe');
});

it('names of its own are read as meant', () => {
  const { options } = read(
    group({
      name: 'app',
      names: { lease: 'the-lease', slice: 'the-slice' },
      role: { key: 'example.com/part', leader: 'primary', standby: 'replica' },
      replicas: 3,
      electorPort: 9480,
    }),
    'elector',
  );

  expect(options).toMatchObject({
    lease: 'the-lease',
    slices: [{ name: 'the-slice' }],
    role: { label: 'example.com/part', leader: 'primary', standby: 'replica' },
    peers: ['app-0', 'app-1', 'app-2'],
    listen: { host: IP, port: 9480 },
  });
});

it('the Lease for an image that elects by itself is read as meant', () => {
  const rendering = embedded({ leaseDuration: Duration.seconds(15), names: { lease: 'the-lease' } });

  expect(read(rendering, 'ensure-lease')).toMatchObject({
    command: 'ensure-lease',
    options: { lease: 'the-lease', leaseDuration: 15_000 },
  });
});

/** The command line and the environment: what is meant by them, and all that is wrong with them at once. */
import { UsageError, readCommand } from '../../runtime/options';
import { Running, cleanUp } from '../support/processes';
import { bundledRuntime } from './support/runtime-bundle';

afterAll(cleanUp);

const ENV = {
  POD_NAME: 'app-1',
  POD_UID: 'uid-1',
  POD_IPS: '10.0.0.1',
  POD_NAMESPACE: 'ns',
  NODE_NAME: 'node-1',
  KUBERNETES_SERVICE_HOST: '10.96.0.1',
  KUBERNETES_SERVICE_PORT: '443',
};

const FLAGS: Readonly<Record<string, string>> = {
  'lease-name': 'lease-app',
  'lease-duration': '10s',
  'renew-deadline': '7s',
  'retry-period': '2.5s',
  'kill-after': '2s',
  standby: 'cold',
  routing: 'endpoint-slice',
  service: 'app',
  slice: 'app-leader',
  'slice-port': 'http:8080/TCP',
  'role-label': 'role',
  'leader-value': 'master',
  'standby-value': 'backup',
  peers: 'app-0,app-1',
  'app-check': 'tcp://10.0.0.1:8080',
  'app-start-timeout': '60s',
  listen: '10.0.0.1:8480',
};

type Changes = Readonly<Record<string, string | undefined>>;

function words(changes: Changes = {}): readonly string[] {
  const flags = Object.entries({ ...FLAGS, ...changes });
  return ['elect', ...flags.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]))];
}

function problemsOf(call: readonly string[], env: NodeJS.ProcessEnv = ENV): readonly string[] {
  try {
    readCommand(call, env);
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    throw error;
  }
  return [];
}

const missing = (name: string) => `--${name} is missing`;

it('a call with all flags is read', () => {
  expect(readCommand(words(), ENV)).toEqual({
    command: 'elect',
    options: {
      lease: 'lease-app',
      timing: { leaseDuration: 10_000, renewDeadline: 7000, retryPeriod: 2500, killAfter: 2000 },
      standby: 'cold',
      slices: [
        {
          service: 'app',
          name: 'app-leader',
          family: 'IPv4',
          address: '10.0.0.1',
          ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
        },
      ],
      role: { label: 'role', leader: 'master', standby: 'backup' },
      peers: ['app-0', 'app-1'],
      appCheck: new URL('tcp://10.0.0.1:8080'),
      appStartTimeout: 60_000,
      folder: '/run/ha',
      listen: { host: '10.0.0.1', port: 8480 },
      credentials: '/var/run/secrets/kubernetes.io/serviceaccount',
    },
    pod: { name: 'app-1', uid: 'uid-1', addresses: ['10.0.0.1'], namespace: 'ns', node: 'node-1' },
    api: { host: '10.96.0.1', port: 443 },
  });
});

it.each<[string, Changes, object]>([
  [
    'folders of its own',
    { dir: '/tmp/ha', credentials: '/tmp/c' },
    { folder: '/tmp/ha', credentials: '/tmp/c' },
  ],
  [
    'routing by label',
    { routing: 'label', service: undefined, slice: undefined, 'slice-port': undefined },
    {},
  ],
  [
    'a check over HTTP',
    { 'app-check': 'http://10.0.0.1:80/up' },
    { appCheck: new URL('http://10.0.0.1:80/up') },
  ],
  ['a check by the gate', { 'app-check': 'gate' }, { appCheck: 'gate' }],
  [
    'hooks of a hot standby',
    { standby: 'hot', 'on-promote': 'http://10.0.0.1:9/lead', 'on-demote': 'http://10.0.0.1:9/rest' },
    { onPromote: new URL('http://10.0.0.1:9/lead'), onDemote: new URL('http://10.0.0.1:9/rest') },
  ],
  ['the highest port', { listen: '10.0.0.1:65535' }, { listen: { host: '10.0.0.1', port: 65535 } }],
  [
    'times as fine as the gate is, however they are written',
    { 'retry-period': '0.29s', 'app-start-timeout': '1.230s' },
    {
      timing: { leaseDuration: 10_000, renewDeadline: 7000, retryPeriod: 290, killAfter: 2000 },
      appStartTimeout: 1230,
    },
  ],
  ['an address of IPv6', { listen: '::1:8480' }, { listen: { host: '::1', port: 8480 } }],
])('a call with %s is read', (_, changes, expected) => {
  // Not `toMatchObject`, to which all URLs are alike.
  expect(readCommand(words(changes), ENV).options).toEqual(expect.objectContaining(expected));
});

it('a call without a slice has none', () => {
  expect(readCommand(words({ routing: 'label' }), ENV).options).toMatchObject({ slices: [] });
});

it.each([
  ['10.0.0.1', 'IPv4', '10.0.0.1'],
  ['fd00::1', 'IPv6', 'fd00::1'],
  ['fd00::1,10.0.0.1', 'IPv6', 'fd00::1'],
])("the slice of a pod with the addresses %s is of the first one's family", (addresses, family, address) => {
  const { options } = readCommand(words(), { ...ENV, POD_IPS: addresses });
  expect(options).toMatchObject({ slices: [{ name: 'app-leader', family, address }] });
});

it('a slice of each family has the address of its family', () => {
  const call = [...words({ slice: 'a/IPv6' }), '--slice=b/IPv4'];
  expect(readCommand(call, { ...ENV, POD_IPS: '10.0.0.1,fd00::1' }).options).toMatchObject({
    slices: [
      { name: 'a', family: 'IPv6', address: 'fd00::1' },
      { name: 'b', family: 'IPv4', address: '10.0.0.1' },
    ],
  });
});

it('a URL may have an address of IPv6 as the kubelet puts it there', () => {
  const urls = {
    standby: 'hot',
    'app-check': 'tcp://fd00::1:8080',
    'on-promote': 'http://fd00::1:9000/lead',
  };
  const { options } = readCommand(words(urls), { ...ENV, POD_IPS: 'fd00::1' });
  expect(options).toEqual(
    expect.objectContaining({
      appCheck: new URL('tcp://[fd00::1]:8080'),
      onPromote: new URL('http://[fd00::1]:9000/lead'),
    }),
  );
});

it('several ports are read', () => {
  expect(readCommand([...words(), '--slice-port=dns:53/UDP'], ENV).options).toMatchObject({
    slices: [
      {
        ports: [
          { name: 'http', port: 8080, protocol: 'TCP' },
          { name: 'dns', port: 53, protocol: 'UDP' },
        ],
      },
    ],
  });
});

it.each(Object.keys(FLAGS))('--%s is needed', (flag) => {
  expect(problemsOf(words({ [flag]: undefined }))).toContain(missing(flag));
});

it.each(Object.keys(ENV))('the variable %s is needed', (name) => {
  expect(problemsOf(words(), { ...ENV, [name]: undefined })).toContain(`${name} is missing`);
  expect(problemsOf(words(), { ...ENV, [name]: '' })).toContain(`${name} is missing`);
});

it.each<[string, string, string]>([
  ['standby', 'warm', '--standby=warm: use cold or hot'],
  ['routing', 'dns', '--routing=dns: use endpoint-slice or label'],
  ['slice-port', 'http', '--slice-port=http: this is NAME:PORT/PROTOCOL, with TCP, UDP, SCTP'],
  [
    'slice-port',
    'http:80x/TCP',
    '--slice-port=http:80x/TCP: this is NAME:PORT/PROTOCOL, with TCP, UDP, SCTP',
  ],
  [
    'slice-port',
    'http:80/ICMP',
    '--slice-port=http:80/ICMP: this is NAME:PORT/PROTOCOL, with TCP, UDP, SCTP',
  ],
  ['slice', 'app/IPv5', '--slice=app/IPv5: this is NAME, NAME/IPv4 or NAME/IPv6'],
  ['slice', '/IPv4', '--slice=/IPv4: this is NAME, NAME/IPv4 or NAME/IPv6'],
  [
    'slice',
    'app/IPv6',
    '--slice=app/IPv6: this pod has no IPv6 address (POD_IPS = 10.0.0.1): the cluster is not dual-stack',
  ],
  ['lease-duration', '10', '--lease-duration=10: this is a time such as 2.5s, in steps of 0.01s'],
  ['retry-period', '2,5s', '--retry-period=2,5s: this is a time such as 2.5s, in steps of 0.01s'],
  ['kill-after', '-2s', '--kill-after=-2s: this is a time such as 2.5s, in steps of 0.01s'],
  ['app-start-timeout', '1m', '--app-start-timeout=1m: this is a time such as 2.5s, in steps of 0.01s'],
  ['retry-period', '0s', '--retry-period=0s: this is a time such as 2.5s, in steps of 0.01s'],
  ['app-start-timeout', '0.00s', '--app-start-timeout=0.00s: this is a time such as 2.5s, in steps of 0.01s'],
  ['kill-after', '1.005s', '--kill-after=1.005s: this is a time such as 2.5s, in steps of 0.01s'],
  ['slice-port', 'http:0/TCP', '--slice-port=http:0/TCP: this is NAME:PORT/PROTOCOL, with TCP, UDP, SCTP'],
  [
    'slice-port',
    'http:65536/TCP',
    '--slice-port=http:65536/TCP: this is NAME:PORT/PROTOCOL, with TCP, UDP, SCTP',
  ],
  ['app-check', '10.0.0.1:8080', '--app-check=10.0.0.1:8080: use http://ADDRESS:PORT or tcp://ADDRESS:PORT'],
  ['app-check', 'https://a:1', '--app-check=https://a:1: use http://ADDRESS:PORT or tcp://ADDRESS:PORT'],
  ['app-check', 'tcp:', '--app-check=tcp:: use http://ADDRESS:PORT or tcp://ADDRESS:PORT'],
  ['app-check', 'tcp://a', '--app-check=tcp://a: use http://ADDRESS:PORT or tcp://ADDRESS:PORT'],
  ['app-check', 'tcp://a:0', '--app-check=tcp://a:0: use http://ADDRESS:PORT or tcp://ADDRESS:PORT'],
  ['app-check', 'tcp://a:65536', '--app-check=tcp://a:65536: use http://ADDRESS:PORT or tcp://ADDRESS:PORT'],
  ['listen', '10.0.0.1:0', '--listen=10.0.0.1:0: this is ADDRESS:PORT'],
  ['listen', '10.0.0.1:65536', '--listen=10.0.0.1:65536: this is ADDRESS:PORT'],
  ['listen', '8480', '--listen=8480: this is ADDRESS:PORT'],
  ['role-label', 'the role', '--role-label=the role: this is the key of a label'],
  ['standby-value', 'master', '--leader-value and --standby-value differ'],
  ['peers', 'app-0,app-1,', '--peers=app-0,app-1, names a pod twice, or none'],
  ['peers', 'app-0,app-1,app-0', '--peers=app-0,app-1,app-0 names a pod twice, or none'],
  [
    'peers',
    'app-0,app-2',
    '--peers=app-0,app-2 does not name this pod: the names of all pods of the group, with commas',
  ],
  [
    'on-promote',
    'http://a:1/',
    "--on-promote is for --standby=hot: a cold standby's application is started instead",
  ],
  [
    'on-demote',
    'http://a:1/',
    "--on-demote is for --standby=hot: a cold standby's application is started instead",
  ],
])('--%s=%s is refused alone', (flag, value, problem) => {
  expect(problemsOf(words({ [flag]: value }))).toEqual([problem]);
});

it('a hook is a URL of HTTP', () => {
  expect(problemsOf(words({ standby: 'hot', 'on-promote': 'tcp://a:1' }))).toEqual([
    '--on-promote=tcp://a:1: use http://ADDRESS:PORT',
  ]);
});

it('times that do not fit each other are refused by the rules that the constructs have', () => {
  const [problem, ...others] = problemsOf(words({ 'kill-after': '3s' }));

  expect(others).toEqual([]);
  expect(problem).toMatch(
    /^--lease-duration = 10 s: the former leader must have stopped first: .*10\.5 s; raise/,
  );
});

it('the port of the API server is a number', () => {
  expect(problemsOf(words(), { ...ENV, KUBERNETES_SERVICE_PORT: 'https' })).toEqual([
    'KUBERNETES_SERVICE_PORT = https: this is a port',
  ]);
});

it.each([
  ['a flag that there is not', [...words(), '--leese-name=x'], /leese-name/],
  ['a word that belongs to no flag', [...words(), 'now'], /now/],
])('%s is refused', (_, call, problem) => {
  expect(problemsOf(call)).toContainEqual(expect.stringMatching(problem));
});

it.each([[[]], [['run']], [['--lease-name=x']]])('%j is no command', (call) => {
  expect(problemsOf(call)).toEqual([expect.stringContaining("is no command: use 'elect' or 'ensure-lease'")]);
});

it('ensure-lease needs a name and a duration', () => {
  expect(problemsOf(['ensure-lease'])).toEqual([missing('lease-name'), missing('lease-duration')]);
  expect(readCommand(['ensure-lease', '--lease-name=x', '--lease-duration=10s'], ENV)).toMatchObject({
    command: 'ensure-lease',
    options: { lease: 'x', leaseDuration: 10_000 },
  });
});

describe('as a process', () => {
  let program: string;
  beforeAll(() => {
    program = bundledRuntime();
  });

  it('says all that is wrong, each on a line, and ends with 2', async () => {
    const changes = { 'lease-name': undefined, standby: 'warm', 'kill-after': '3s', listen: 'here' };
    const runtime = new Running([process.execPath, program, ...words(changes)], { ...ENV, POD_UID: '' });

    expect(await runtime.ended).toBe(2);
    await runtime.silent;
    expect(runtime.stderr.trimEnd().split('\n')).toEqual([
      'cdk8s-ha-runtime: wrong call',
      '  --lease-name is missing',
      '  POD_UID is missing',
      '  --standby=warm: use cold or hot',
      expect.stringMatching(/^ {2}--lease-duration = 10 s: the former leader must have stopped first/),
      '  --listen=here: this is ADDRESS:PORT',
    ]);
  });

  it('ends with 1 when the call is right and the API server is not there', async () => {
    const call = ['ensure-lease', '--lease-name=x', '--lease-duration=10s', '--credentials=/nowhere'];
    const runtime = new Running([process.execPath, program, ...call], ENV);

    expect(await runtime.ended).toBe(1);
    await runtime.silent;
    expect(runtime.stderr).toMatch(/^cdk8s-ha-runtime: ENOENT.*\/nowhere\/token/);
  });
});

describe('how a leader outlasts the API server', () => {
  const FAILSAFE = { 'failsafe-service': 'app.ns.svc', 'failsafe-longest': '60s' };
  const KEY = 'a key of the tests';

  it('is read with the key', () => {
    expect(readCommand(words(FAILSAFE), { ...ENV, FAILSAFE_KEY: KEY })).toMatchObject({
      options: { failsafe: { service: 'app.ns.svc', longest: 60_000, key: KEY } },
    });
  });

  it.each<[string, Changes, string | undefined, string]>([
    ['without a key', FAILSAFE, undefined, 'FAILSAFE_KEY is missing'],
    [
      'with a key that is short, which is not shown',
      FAILSAFE,
      'hunter2',
      'FAILSAFE_KEY has 7 characters: at least 16, of a random kind',
    ],
    ['without the Service', { 'failsafe-longest': '60s' }, KEY, missing('failsafe-service')],
    ['without a time', { 'failsafe-service': 'app.ns.svc' }, KEY, missing('failsafe-longest')],
    [
      'for less than a lease',
      { ...FAILSAFE, 'failsafe-longest': '9s' },
      KEY,
      '--failsafe-longest = 9 s: whole seconds, not less than --lease-duration, at most a day',
    ],
    [
      'for parts of seconds',
      { ...FAILSAFE, 'failsafe-longest': '60.5s' },
      KEY,
      '--failsafe-longest = 60.5 s: whole seconds, not less than --lease-duration, at most a day',
    ],
    [
      'for more than a day',
      { ...FAILSAFE, 'failsafe-longest': '86401s' },
      KEY,
      '--failsafe-longest = 86401 s: whole seconds, not less than --lease-duration, at most a day',
    ],
  ])('is refused %s', (_, changes, key, problem) => {
    expect(problemsOf(words(changes), { ...ENV, ...(key !== undefined && { FAILSAFE_KEY: key }) })).toEqual([
      problem,
    ]);
  });
});

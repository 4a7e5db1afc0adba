/** How elector, gate and application work together in a pod: the constructs' side of the runtime contract. */
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
import { HTTP, embedded, group, hot } from '../support/leader-groups';
import { type Rendering, mountsOf, volumeNames, volumeOf } from '../support/workloads';

const TOKEN_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
const DNS = { name: 'dns', port: 5353, protocol: 'UDP' } as const;
const ADMIN = { name: 'admin', port: 9000 };
const TIMING = ElectionTiming.of({
  leaseDuration: Duration.seconds(30),
  renewDeadline: Duration.seconds(20),
  retryPeriod: Duration.millis(1250),
  killAfter: Duration.millis(1500),
});

const KEY = fromSecret('app-peers', 'key');
const FAILSAFE = ['failsafe-service', 'failsafe-longest'];

function argsOf(rendering: Rendering): readonly string[] {
  return rendering.container('elector').args ?? [];
}

function flagsOf(rendering: Rendering, ...names: string[]): string[] {
  return argsOf(rendering).filter((arg) => names.some((name) => arg.startsWith(`--${name}=`)));
}

describe('the command line of the elector', () => {
  it('says all that there is to say by default', () => {
    expect(argsOf(group())).toEqual([
      'elect',
      '--lease-name=app',
      '--lease-duration=10s',
      '--renew-deadline=7s',
      '--retry-period=2.5s',
      '--kill-after=2s',
      '--standby=cold',
      '--routing=endpoint-slice',
      '--service=app-leader',
      '--slice=app-leader-leader',
      '--slice-port=http:8080/TCP',
      '--role-label=role',
      '--leader-value=master',
      '--standby-value=backup',
      '--peers=app-0,app-1',
      '--app-check=http://$(POD_IP):8080/health',
      '--app-start-timeout=60s',
      '--dir=/run/ha',
      '--listen=$(POD_IP):8480',
    ]);
  });

  it.each<[string, Partial<RuntimeElectionProps>, string[], string[]]>([
    ['the lease', { names: { lease: 'the-lease' } }, ['lease-name'], ['--lease-name=the-lease']],
    [
      'the timing',
      { election: TIMING },
      ['lease-duration', 'renew-deadline', 'retry-period', 'kill-after'],
      ['--lease-duration=30s', '--renew-deadline=20s', '--retry-period=1.25s', '--kill-after=1.5s'],
    ],
    [
      'the slice',
      {
        names: { slice: 'the-slice' },
        leaderService: { name: 'front', ports: [{ name: 'web', port: 443, target: HTTP }] },
      },
      ['service', 'slice', 'slice-port'],
      ['--service=front', '--slice=the-slice', '--slice-port=web:8080/TCP'],
    ],
    [
      'every port of the Service',
      {
        ports: [HTTP, ADMIN],
        leaderService: {
          name: 'front',
          ports: [
            { name: 'web', port: 80, target: HTTP },
            { name: 'admin', port: 81, target: ADMIN },
          ],
        },
      },
      ['slice-port'],
      ['--slice-port=web:8080/TCP', '--slice-port=admin:9000/TCP'],
    ],
    [
      'the protocol of a port, and a slice of each address family',
      {
        ports: [HTTP, DNS],
        leaderService: {
          name: 'front',
          ports: [{ name: 'dns', port: 53, target: DNS }],
          ipFamilies: ['IPv6', 'IPv4'],
        },
      },
      ['slice', 'slice-port'],
      ['--slice=front-leader/IPv6', '--slice=front-leader-ipv4/IPv4', '--slice-port=dns:5353/UDP'],
    ],
    [
      'a label instead of the slice',
      { routing: LeaderRouting.label() },
      ['routing', 'service', 'slice', 'slice-port'],
      ['--routing=label'],
    ],
    [
      'the role',
      { role: { key: 'example.com/part', leader: 'primary', standby: 'replica' } },
      ['role-label', 'leader-value', 'standby-value'],
      ['--role-label=example.com/part', '--leader-value=primary', '--standby-value=replica'],
    ],
    ['more members', { replicas: 3, firstOrdinal: 2 }, ['peers'], ['--peers=app-2,app-3,app-4']],
    [
      'the check by TCP, with its time',
      { standby: Standby.cold({ check: AppCheck.tcp(HTTP), startTimeout: Duration.minutes(2) }) },
      ['app-check', 'app-start-timeout'],
      ['--app-check=tcp://$(POD_IP):8080', '--app-start-timeout=120s'],
    ],
    [
      'the check of the root',
      { standby: Standby.cold({ check: AppCheck.http(HTTP) }) },
      ['app-check'],
      ['--app-check=http://$(POD_IP):8080/'],
    ],
    [
      'that the gate asks a check of the application',
      { standby: Standby.cold({ check: AppCheck.exec(['app', 'ping']) }) },
      ['app-check'],
      ['--app-check=gate'],
    ],
    ['nothing of peers that are asked', { apiOutage: ApiOutage.stop() }, FAILSAFE, []],
    [
      'that peers are asked, where they are, and for how long',
      { apiOutage: ApiOutage.askPeers({ key: KEY, atMost: Duration.minutes(5) }), serviceName: 'apps' },
      FAILSAFE,
      ['--failsafe-service=apps.ns.svc.cluster.local', '--failsafe-longest=300s'],
    ],
    [
      'that they are asked for an hour, by the names of another domain',
      { apiOutage: ApiOutage.askPeers({ key: KEY }), clusterDomain: 'example.org' },
      FAILSAFE,
      ['--failsafe-service=app.ns.svc.example.org', '--failsafe-longest=3600s'],
    ],
    ['the port', { electorPort: 9480 }, ['listen'], ['--listen=$(POD_IP):9480']],
    ['no hooks of a cold standby', {}, ['on-promote', 'on-demote'], []],
  ])('says %s', (_, props, names, flags) => {
    expect(flagsOf(group(props), ...names)).toEqual(flags);
  });

  it.each<[string, object, string[]]>([
    ['no hook', {}, []],
    [
      'both hooks',
      { onPromote: { port: 9001, path: '/lead' }, onDemote: { port: 9002, path: '/rest' } },
      ['--on-promote=http://127.0.0.1:9001/lead', '--on-demote=http://127.0.0.1:9002/rest'],
    ],
    [
      'one hook, on the port of clients',
      { onDemote: { port: HTTP.port, path: '/rest', address: 'pod' } },
      ['--on-demote=http://$(POD_IP):8080/rest'],
    ],
  ])('says %s of a hot standby', (_, hooks, flags) => {
    const standby = Standby.hot({ check: AppCheck.tcp(HTTP), ...hooks });
    const rendering = hot({ standby, ports: [HTTP, ADMIN] });

    expect(flagsOf(rendering, 'standby', 'on-promote', 'on-demote')).toEqual(['--standby=hot', ...flags]);
  });
});

describe('the container of the elector', () => {
  const helper = (name: string) => ({ name, image: 'registry.example/tools:1.0.0' });

  it('is a native sidecar, the first of all, after the init containers', () => {
    const { pod } = group({ initContainers: [helper('prepare')], sidecars: [helper('log')] });

    expect(pod.spec.initContainers?.map(({ name, restartPolicy }) => [name, restartPolicy])).toEqual([
      ['prepare', undefined],
      ['elector', 'Always'],
      ['log', 'Always'],
    ]);
    expect(pod.spec.containers.map(({ name }) => name)).toEqual(['app']);
  });

  it('knows its pod', () => {
    const fields = Object.entries({
      POD_NAME: 'metadata.name',
      POD_UID: 'metadata.uid',
      POD_NAMESPACE: 'metadata.namespace',
      POD_IP: 'status.podIP',
      POD_IPS: 'status.podIPs',
      NODE_NAME: 'spec.nodeName',
    });

    expect(group().container('elector').env).toEqual(
      fields.map(([name, fieldPath]) => ({ name, valueFrom: { fieldRef: { fieldPath } } })),
    );
  });

  it.each([
    ['8480 by default', {}, 8480],
    ['the port that is set', { electorPort: 9480 }, 9480],
  ])('answers the kubelet on %s', (_, props, port) => {
    const { ports, startupProbe, livenessProbe, readinessProbe } = group(props).container('elector');

    expect(ports).toEqual([{ name: 'elector', containerPort: port, protocol: 'TCP' }]);
    expect(startupProbe).toMatchObject({ httpGet: { port, path: '/healthz' } });
    expect(livenessProbe).toMatchObject({ httpGet: { port, path: '/healthz' } });
    expect(readinessProbe).toMatchObject({ httpGet: { port, path: '/readyz' } });
  });

  it('is neither throttled nor root', () => {
    const { resources, securityContext } = group().container('elector');

    expect(resources).toEqual({ requests: { cpu: '50m', memory: '96Mi' }, limits: { memory: '192Mi' } });
    expect(securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 65532,
      readOnlyRootFilesystem: true,
    });
  });

  it('has the resources that are set', () => {
    const amounts = { cpu: '100m', memory: '128Mi' };
    const electorResources = { requests: amounts, limits: amounts };

    expect(group({ electorResources }).container('elector').resources).toEqual(electorResources);
  });
});

describe('the credentials of the account', () => {
  const helper = { name: 'log', image: 'registry.example/tools:1.0.0' };

  it.each([
    ['cold', group({ sidecars: [helper], initContainers: [{ ...helper, name: 'prepare' }] })],
    ['hot', hot({ sidecars: [helper], initContainers: [{ ...helper, name: 'prepare' }] })],
  ])('are in the elector only, with a %s standby', (_, rendering) => {
    const { spec } = rendering.pod;
    const mounting = [...(spec.initContainers ?? []), ...spec.containers]
      .filter((container) => TOKEN_FOLDER in mountsOf(container))
      .map(({ name }) => name);

    expect(spec['automountServiceAccountToken']).toBe(false);
    expect(mounting).toEqual(['elector']);
    expect(volumeOf(rendering.pod, 'api-access')).toMatchObject({
      projected: {
        sources: [
          { serviceAccountToken: { path: 'token' } },
          { configMap: { name: 'kube-root-ca.crt' } },
          { downwardAPI: { items: [{ path: 'namespace' }] } },
        ],
      },
    });
  });

  it('are in the whole pod of an image that elects by itself', () => {
    expect(embedded().pod.spec).toMatchObject({ automountServiceAccountToken: true });
  });
});

describe('an image that elects by itself', () => {
  it('finds a lease, which the first init container makes if there is none', () => {
    const rendering = embedded({
      leaseDuration: Duration.seconds(15),
      names: { lease: 'the-lease' },
      initContainers: [{ name: 'prepare', image: 'registry.example/tools:1.0.0' }],
    });
    const [first, second] = rendering.pod.spec.initContainers ?? [];

    expect(first).toMatchObject({
      name: 'ensure-lease',
      image: 'registry.example/runtime:0.1.0',
      args: ['ensure-lease', '--lease-name=the-lease', '--lease-duration=15s'],
    });
    expect(first).not.toHaveProperty('restartPolicy');
    expect(mountsOf(rendering.container('ensure-lease'))).toEqual({ [TOKEN_FOLDER]: 'api-access' });
    expect(second).toMatchObject({ name: 'prepare' });
  });

  it('has a lease of 10 s by default', () => {
    expect(embedded().container('ensure-lease').args).toContain('--lease-duration=10s');
  });

  it('has no elector', () => {
    expect(embedded().pod.spec.initContainers?.map(({ name }) => name)).toEqual(['ensure-lease']);
    expect(volumeNames(embedded().pod)).toEqual(['api-access']);
  });
});

describe('the key with which peers sign', () => {
  const keyOf = (rendering: Rendering) =>
    rendering.container('elector').env?.filter(({ name }) => name === 'FAILSAFE_KEY');

  it('comes from the Secret', () => {
    const valueFrom = { secretKeyRef: { name: 'app-peers', key: 'key' } };

    expect(keyOf(group({ apiOutage: ApiOutage.askPeers({ key: KEY }) }))).toEqual([
      { name: 'FAILSAFE_KEY', valueFrom },
    ]);
  });

  it('is not asked for where nobody asks peers', () => {
    expect(keyOf(group())).toEqual([]);
  });
});

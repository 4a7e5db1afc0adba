/** What a `LocalClientFleet` refuses, and how it says so. */
import { Duration, Size } from 'cdk8s';
import {
  AscendNpu,
  App,
  Budget,
  ContainerSecurity,
  LocalClientFleet,
  MetaServiceHA,
  SystemChart,
  type TlsSecret,
  Transport,
} from '../../../lib';
import {
  type ElectedMetaProps,
  FLEET,
  type FleetProps,
  META,
  addFleet,
  everyNode,
  fleet,
} from '../../support/memcache';
import { expectProblem, expectProblemAlone, refusalOf } from '../../support/problems';
import { chart } from '../../support/workloads';

const TLS: TlsSecret = { secretName: 'memcache-tls' };

function build(props: FleetProps, metaProps: Partial<ElectedMetaProps> = {}): () => LocalClientFleet {
  return () => addFleet(chart(), props, metaProps);
}

it.each<[string, FleetProps, string, RegExp]>([
  ['no replicas', { replicas: 0 }, 'replicas', /at least 1/],
  ['a name with capitals', { name: 'Local' }, 'name', /DNS label/],
  ['a name too long for the hash', { name: 'l'.repeat(53) }, 'name', /1 to 52/],
  ['a serviceName with dots', { serviceName: 'a.b' }, 'serviceName', /starts with a letter/],
  ['an image without a tag', { image: 'client' }, 'image', /names a tag or a digest/],
  ['a selector of all pods', { selector: {} }, 'selector', /at least one label/],
  ['pods that the selector misses', { podLabels: { app: 'other' } }, 'podLabels.app', /found by this label/],
  ['a budget that blocks', { budget: Budget.minAvailable(2) }, 'budget', /blocks every drain/],
  [
    'a world smaller than the fleet',
    { replicas: 3, settings: { worldSize: 2 } },
    'settings.worldSize',
    /at least the number of the fleet's client processes, 3/,
  ],
  [
    'a fleet larger than the world by default',
    { replicas: 257 },
    'settings.worldSize',
    /client processes, 257/,
  ],
  [
    'HBM in shared memory',
    { transport: Transport.hostShm(), settings: { hbmSize: Size.gibibytes(1) } },
    'settings.hbmSize',
    /host_shm shares memory of the host/,
  ],
  [
    'clients without memory',
    { settings: { dramSize: Size.gibibytes(0) } },
    'settings.dramSize',
    /gives memory/,
  ],
  ['a reserved port', { hcomPort: 80 }, 'hcomPort', /from 1025 to 65535/],
  ['no time to wait', { waitTimeout: Duration.seconds(0) }, 'waitTimeout', /at least 1/],
  ['parts of seconds to wait', { waitTimeout: Duration.millis(100) }, 'waitTimeout', /whole seconds/],
  [
    'NPU transport without NPUs',
    { transport: Transport.deviceRdma() },
    'npu',
    /device_rdma moves data between NPUs/,
  ],
  [
    "a node's interface without the node's network",
    { transport: Transport.hostRdma({ interface: 'eth1' }) },
    'hostNetwork',
    /the interface eth1 is the node's/,
  ],
  [
    'rights beside those of the transport',
    { transport: Transport.hostRdma(), security: ContainerSecurity.restricted() },
    'security',
    /host_rdma decides/,
  ],
  ['TLS that the MetaService refuses', { tls: { meta: TLS } }, 'tls.meta', /the MetaService refuses TLS/],
  [
    'TLS that its store refuses',
    { tls: { configStore: TLS } },
    'tls.configStore',
    /the MetaService refuses TLS/,
  ],
  ['a Secret with capitals', { tls: { hcom: { secretName: 'TLS' } } }, 'tls.hcom.secretName', /DNS labels/],
  ['OpenSSL in no folder', { tls: { hcom: TLS, openssl: '../lib' } }, 'tls.openssl', /a path is absolute/],
  [
    'a retry shorter than MemCache waits',
    { settings: { clientRetry: Duration.seconds(30) } },
    'settings.clientRetry',
    /given up after 60 s/,
  ],
  [
    'SSDs that the MetaService does not use',
    { settings: { ubsIo: true } },
    'settings.ubsIo',
    /has it set to false/,
  ],
  ['a plain secret', { env: { CLIENT_SECRET: 'hunter2' } }, 'env.CLIENT_SECRET', /never a plain value/],
  [
    'requests above limits',
    { resources: { requests: { memory: '8Gi' }, limits: { memory: '4Gi' } } },
    'resources.requests.memory',
    /at most the limit/,
  ],
])('refuses %s', (_, props, property, rule) => {
  expectProblem(build(props), { property, rule });
});

it.each<[string, FleetProps, Partial<ElectedMetaProps>, string, RegExp]>([
  ['no TLS where the MetaService takes it', {}, { tls: { meta: TLS } }, 'tls.meta', /takes TLS/],
  ['no TLS where its store takes it', {}, { tls: { configStore: TLS } }, 'tls.configStore', /takes TLS/],
  [
    'no SSDs where the MetaService uses them',
    {},
    { release: '1.1', settings: { ubsIo: true } },
    'settings.ubsIo',
    /set to true/,
  ],
  [
    'a protocol that the release does not have',
    { transport: Transport.deviceUrma(), npu: AscendNpu.hostDevices({ count: 1 }) },
    { release: '1.1' },
    'transport',
    /MemCache 1\.1 moves data by host_rdma/,
  ],
])('refuses %s', (_, props, metaProps, property, rule) => {
  expectProblemAlone(build(props, metaProps), { property, rule });
});

it('refuses a MetaService of another namespace', () => {
  const apart = () => {
    const meta = new MetaServiceHA(chart('one'), 'meta', META);
    return new LocalClientFleet(chart('two'), 'clients', { ...FLEET, meta });
  };

  expectProblemAlone(apart, {
    property: 'meta',
    rule: /namespace of their MetaService; these are in two/,
    value: 'namespace one',
  });
});

it('refuses a setting that MemCache does not have, from a file without types', () => {
  const settings = JSON.parse('{ "wordSize": 4 }') as FleetProps['settings'];

  expectProblemAlone(build({ settings }), {
    property: 'settings.wordSize',
    rule: /unknown setting/,
    remedy: /worldSize/,
  });
});

it.each<[string, Parameters<typeof everyNode>[0], string, RegExp]>([
  ['a name with capitals', { name: 'Local' }, 'name', /DNS label/],
  ['an image without a tag', { image: 'client' }, 'image', /names a tag or a digest/],
  ['a selector of all pods', { selector: {} }, 'selector', /at least one label/],
  ['pods that the selector misses', { podLabels: { app: 'other' } }, 'podLabels.app', /found by this label/],
])('refuses %s on every node', (_, props, property, rule) => {
  expectProblemAlone(() => everyNode(props), { property, rule });
});

it.each([
  ['replicas', {}],
  ['a client on every node', { placement: 'every-node' as const }],
])('tells all that is wrong with %s in one error, with its own path', (_, placement) => {
  const meta = new MetaServiceHA(chart(), 'meta', META);
  const scope = new SystemChart(new App(), 'other', { namespace: 'ns' });
  const error = refusalOf(
    () =>
      new LocalClientFleet(scope, 'clients', {
        ...placement,
        meta,
        name: 'Local_Clients',
        image: 'client',
        transport: Transport.deviceSdma(),
        hcomPort: 22,
        settings: { readThreadPoolSize: 0 },
      }),
  );

  expect(error.subject).toBe('other/clients');
  expect(error.problems.map(({ property }) => property).sort()).toEqual([
    'hcomPort',
    'image',
    'name',
    'npu',
    'settings.readThreadPoolSize',
  ]);
});

it('does not check the size of a fleet that the nodes decide', () => {
  const devices = AscendNpu.devicePlugin({ resource: 'huawei.com/Ascend910', count: 1 });

  expect(everyNode({ settings: { worldSize: 1 }, npu: devices }).names).toContain(
    'DaemonSet local-service-pod',
  );
});

it('refuses at synthesis what takes a port of the MetaService on the same node', () => {
  expect(() => fleet({ hostNetwork: true, hcomPort: 8000 }, { hostNetwork: true })).toThrow(
    /takes port 8000\/TCP of its node/,
  );
});

/** What a `MetaServiceHA` renders: the reference deployment's names, its Services, its configuration and its pods. */
import { LeaderRouting, MetaServiceHA } from '../../../lib';
import {
  type ElectedMetaProps,
  EVERY_EMBEDDED_META_PROP,
  EVERY_META_PROP,
  META,
  embeddedMeta,
  meta,
} from '../../support/memcache';
import { type Rendering, chart, rendered } from '../../support/workloads';

function configOf(rendering: Rendering): string[] {
  const configMap = rendering.one(
    'ConfigMap',
    `${rendering.one('StatefulSet').spec.serviceName ?? ''}-config`,
  );
  return (configMap.data['mmc-meta.conf'] ?? '').trimEnd().split('\n');
}

const ALL: [string, Rendering][] = [
  ['minimal props', meta()],
  ['an election of its own and minimal props', embeddedMeta()],
  ['all props', rendered((scope) => new MetaServiceHA(scope, 'meta', EVERY_META_PROP))],
  [
    'an election of its own and all props',
    rendered((scope) => new MetaServiceHA(scope, 'meta', EVERY_EMBEDDED_META_PROP)),
  ],
];

describe.each(ALL)('a MetaService with %s', (_, rendering) => {
  it('is accepted by the oldest and the newest supported release', () => {
    expect(rendering.refused).toEqual([]);
  });

  it('holds nothing that the election writes', () => {
    const kinds = rendering.objects.map(({ kind }) => kind);

    expect(kinds).not.toContain('Lease');
    expect(kinds).not.toContain('EndpointSlice');
  });

  it('makes the identity before the pods, which are parallel', () => {
    const kinds = rendering.objects.map(({ kind }) => kind);

    expect(kinds.at(-1)).toBe('StatefulSet');
    expect(kinds.indexOf('RoleBinding')).toBeGreaterThan(kinds.indexOf('ServiceAccount'));
    expect(rendering.one('StatefulSet').spec).toMatchObject({ podManagementPolicy: 'Parallel' });
  });
});

describe('the names', () => {
  const hashed = (name: string): unknown =>
    expect.stringMatching(new RegExp(`^ConfigMap ${name}-[0-9a-f]{10}$`));

  it('are those of the reference deployment', () => {
    expect(meta().names).toEqual([
      'Namespace ns',
      'ServiceAccount account-memcache',
      'Role role-memcache',
      'RoleBinding role-binding-memcache',
      'Service service-cluster-ip-memcache',
      hashed('meta-service-config'),
      hashed('meta-service-pod-gate'),
      'Service meta-service',
      'PodDisruptionBudget meta-service-pod',
      'StatefulSet meta-service-pod',
    ]);
    expect(meta().container('elector').args).toContain('--lease-name=lease-memcache');
    expect(meta().one('StatefulSet').spec).toMatchObject({
      replicas: 2,
      serviceName: 'meta-service',
      selector: { matchLabels: { app: 'meta-service' } },
    });
    expect(meta().pod.metadata.labels).toMatchObject({ app: 'meta-service', role: 'backup' });
  });

  it.each<[string, Partial<ElectedMetaProps>, string[]]>([
    ['name', { name: 'meta' }, ['StatefulSet meta', 'PodDisruptionBudget meta']],
    ['serviceName', { serviceName: 'members' }, ['Service members']],
    ['leaderServiceName', { leaderServiceName: 'master' }, ['Service master']],
    ['names.serviceAccount', { names: { serviceAccount: 'account' } }, ['ServiceAccount account']],
    ['names.role', { names: { role: 'role' } }, ['Role role']],
    ['names.roleBinding', { names: { roleBinding: 'binding' } }, ['RoleBinding binding']],
  ])('can be set: %s', (_, props, names) => {
    const changed = meta(props).names.filter((name) => !name.startsWith('ConfigMap'));

    expect(changed).toEqual(expect.arrayContaining(names));
    expect(changed.filter((name) => !meta().names.includes(name)).sort()).toEqual([...names].sort());
  });

  it.each([
    [{ lease: 'the-lease' }, '--lease-name=the-lease'],
    [{ slice: 'the-slice' }, '--slice=the-slice'],
    [{ lease: undefined }, '--lease-name=lease-memcache'],
  ])('of what is not rendered can be set: %j', (names, flag) => {
    expect(meta({ names }).container('elector').args).toContain(flag);
  });

  it('of the pods can be found by other labels', () => {
    const rendering = meta({
      selector: { app: 'a' },
      routing: LeaderRouting.label(),
      role: { leader: 'primary' },
    });

    expect(rendering.one('StatefulSet').spec.selector).toEqual({ matchLabels: { app: 'a' } });
    expect(rendering.one('Service', 'service-cluster-ip-memcache').spec.selector).toEqual({
      app: 'a',
      role: 'primary',
    });
  });

  it('are told to clients', () => {
    const built = new MetaServiceHA(chart('cache'), 'meta', META);

    expect(built.namespace).toBe('cache');
    expect(built.dnsName).toBe('service-cluster-ip-memcache.cache.svc.cluster.local');
    expect([built.metaPort, built.configPort]).toEqual([18_080, 18_090]);
    expect(built.tls).toEqual({ meta: false, configStore: false });
    expect(built.ubsIo).toBe(false);
  });
});

describe('the Service of the master', () => {
  const port = (name: string, from: number, to: number) => ({
    name,
    port: from,
    targetPort: to,
    protocol: 'TCP',
  });

  it('leads from the known ports to the known ones, without a selector', () => {
    expect(meta().one('Service', 'service-cluster-ip-memcache').spec).toEqual({
      type: 'ClusterIP',
      ports: [port('meta', 18_080, 5123), port('config', 18_090, 6123)],
    });
  });

  it('leads from and to the ports that are set', () => {
    const ports = { meta: 15_123, config: 16_123, metrics: 18_000 };
    const rendering = meta({ ports, servicePorts: { meta: 28_080, config: 28_090 } });

    expect(rendering.one('Service', 'service-cluster-ip-memcache').spec).toMatchObject({
      ports: [port('meta', 28_080, 15_123), port('config', 28_090, 16_123)],
    });
    expect(rendering.container('elector').args).toEqual(
      expect.arrayContaining(['--slice-port=meta:15123/TCP', '--slice-port=config:16123/TCP']),
    );
    expect(configOf(rendering)).toEqual(
      expect.arrayContaining([
        'ock.mmc.meta_service_url = tcp://@POD_IP@:15123',
        'ock.mmc.meta_service.config_store_url = tcp://@POD_IP@:16123',
        'ock.mmc.meta_service.metrics_url = http://@POD_IP@:18000',
      ]),
    );
  });

  it.each([
    ['routes by label', meta({ routing: LeaderRouting.label() })],
    ['elects by itself', embeddedMeta()],
  ])('selects the master of a MetaService that %s', (_, rendering) => {
    expect(rendering.one('Service', 'service-cluster-ip-memcache').spec.selector).toEqual({
      app: 'meta-service',
      role: 'master',
    });
  });
});

/** What a `StatefulStore` renders: the whole of it as snapshots, and each behaviour by itself. */
import { Duration } from 'cdk8s';
import { Budget, PodVolume, StatefulStore, type StatefulStoreProps } from '../../lib';
import { EVERY_STORE_PROP } from '../support/every-prop';
import { type Rendering, chart, containerOf, rendered } from '../support/workloads';

const PORT = { name: 'client', port: 2181 };
const MINIMAL: StatefulStoreProps = { name: 'zk', image: 'registry.example/zk:3.9.3', replicas: 3 };

function store(props: Partial<StatefulStoreProps> = {}): Rendering {
  return rendered((scope) => new StatefulStore(scope, 'store', { ...MINIMAL, ...props }));
}

function every(props: Partial<StatefulStoreProps> = {}): Rendering {
  return rendered((scope) => new StatefulStore(scope, 'store', { ...EVERY_STORE_PROP, ...props }));
}

describe.each([
  ['minimal props', store()],
  ['all props', every()],
])('a store with %s', (_, rendering) => {
  it('is rendered as in the snapshot', () => {
    expect(rendering.snapshot).toMatchSnapshot();
  });

  it('is accepted by the oldest and the newest supported release', () => {
    expect(rendering.refused).toEqual([]);
  });

  it('labels all its objects and its pods with what they belong to', () => {
    const [, ...objects] = rendering.objects;
    const { labels } = rendering.pod.metadata;
    const common = {
      'app.kubernetes.io/name': labels['app.kubernetes.io/name'],
      'app.kubernetes.io/instance': rendering.one('StatefulSet').metadata.name,
      'app.kubernetes.io/component': labels['app.kubernetes.io/component'],
      'app.kubernetes.io/part-of': 'system',
      'app.kubernetes.io/managed-by': 'cdk8s-ha',
    };

    expect(objects.length).toBeGreaterThanOrEqual(3);
    for (const { metadata } of [...objects, rendering.pod]) expect(metadata.labels).toMatchObject(common);
  });
});

describe('the Services of a store', () => {
  it.each([
    ['the name of the store', {}, 'zk'],
    ['the serviceName', { serviceName: 'zk-members' }, 'zk-members'],
  ])('include the headless one that the StatefulSet refers to, under %s', (_, props, name) => {
    const rendering = store({ ...props, ports: [PORT] });

    expect(rendering.one('StatefulSet').spec.serviceName).toBe(name);
    expect(rendering.one('Service')).toMatchObject({
      metadata: { name },
      spec: {
        clusterIP: 'None',
        publishNotReadyAddresses: true,
        ports: [{ name: 'client', port: 2181, targetPort: 2181, protocol: 'TCP' }],
      },
    });
  });

  it('let members find each other only when they are ready, if told so', () => {
    expect(store({ publishNotReadyAddresses: false }).one('Service').spec).toMatchObject({
      publishNotReadyAddresses: false,
    });
  });

  it('have no empty list of ports', () => {
    expect(store().one('Service').spec).not.toHaveProperty('ports');
  });

  it('lead clients to the ports of the container unless told otherwise', () => {
    const rendering = store({ serviceName: 'members', ports: [PORT], clientService: { name: 'zk' } });

    expect(rendering.one('Service', 'zk').spec).toEqual({
      type: 'ClusterIP',
      selector: rendering.one('StatefulSet').spec.selector.matchLabels,
      ports: [{ name: 'client', port: 2181, targetPort: 2181, protocol: 'TCP' }],
    });
  });

  it('lead clients from the ports that they are given', () => {
    expect(every().one('Service', 'db')).toMatchObject({
      metadata: { annotations: { 'example.com/pool': 'internal' } },
      spec: {
        type: 'LoadBalancer',
        ports: [{ name: 'sql', port: 15432, targetPort: 5432, protocol: 'TCP' }],
      },
    });
  });
});

describe('the selector of a store', () => {
  it.each([
    [
      'the name and instance by default',
      {},
      { 'app.kubernetes.io/name': 'zk', 'app.kubernetes.io/instance': 'zk' },
    ],
    [
      'the application and instance',
      { application: 'zookeeper' },
      { 'app.kubernetes.io/name': 'zookeeper', 'app.kubernetes.io/instance': 'zk' },
    ],
    ['the labels that are given', { selector: { app: 'zk' } }, { app: 'zk' }],
  ])('is %s, for StatefulSet, budget, Services, spreading and construct alike', (_, props, selector) => {
    const clientService = { name: 'clients' };
    const rendering = store({ ...props, ports: [PORT], clientService });

    expect(rendering.one('StatefulSet').spec.selector).toEqual({ matchLabels: selector });
    expect(rendering.pod.metadata.labels).toMatchObject(selector);
    expect(rendering.one('PodDisruptionBudget').spec).toMatchObject({ selector: { matchLabels: selector } });
    expect(rendering.one('Service', 'zk').spec.selector).toEqual(selector);
    expect(rendering.one('Service', 'clients').spec.selector).toEqual(selector);
    expect(rendering.pod.spec['topologySpreadConstraints']).toMatchObject([
      { labelSelector: { matchLabels: selector } },
      { labelSelector: { matchLabels: selector } },
    ]);
    expect(new StatefulStore(chart(), 'store', { ...MINIMAL, ...props }).selector).toEqual(selector);
  });
});

describe('the names of members', () => {
  const members = (props: Partial<StatefulStoreProps>) =>
    new StatefulStore(chart('data'), 'store', { ...MINIMAL, replicas: 2, ...props });

  it.each([
    [{}, ['zk-0.zk.data.svc.cluster.local', 'zk-1.zk.data.svc.cluster.local']],
    [{ firstOrdinal: 3 }, ['zk-3.zk.data.svc.cluster.local', 'zk-4.zk.data.svc.cluster.local']],
    [
      { serviceName: 'members', clusterDomain: 'corp.example' },
      ['zk-0.members.data.svc.corp.example', 'zk-1.members.data.svc.corp.example'],
    ],
  ])('with %j are %j', (props, names) => {
    expect(members(props).podDnsNames).toEqual(names);
    expect(members(props).podNames).toEqual(names.map((name) => name.split('.')[0]));
  });

  it('share the one of the headless Service', () => {
    expect(members({ serviceName: 'members' }).serviceDnsName).toBe('members.data.svc.cluster.local');
  });

  it('begin at the first ordinal in the StatefulSet too', () => {
    expect(store({ firstOrdinal: 3 }).one('StatefulSet').spec['ordinals']).toEqual({ start: 3 });
    expect(store().one('StatefulSet').spec).not.toHaveProperty('ordinals');
  });
});

describe('the roll-out of a store', () => {
  it.each<[string, Partial<StatefulStoreProps>, object]>([
    [
      'ordered and one by one by default',
      {},
      { podManagementPolicy: 'OrderedReady', updateStrategy: { type: 'RollingUpdate' } },
    ],
    ['parallel', { podManagement: 'Parallel' }, { podManagementPolicy: 'Parallel' }],
    [
      'partitioned',
      { update: { partition: 2 } },
      { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } },
    ],
    ['for nobody yet', { update: { partition: 3 } }, { updateStrategy: { rollingUpdate: { partition: 3 } } }],
    ['by hand', { update: 'OnDelete' }, { updateStrategy: { type: 'OnDelete' } }],
    ['slow', { minReady: Duration.minutes(1) }, { minReadySeconds: 60 }],
    ['remembered', { revisionHistoryLimit: 2 }, { revisionHistoryLimit: 2 }],
  ])('is %s', (_, props, spec) => {
    expect(store(props).one('StatefulSet').spec).toMatchObject(spec);
  });

  it.each([
    ['data', '0'],
    ['clients', '1'],
  ] as const)('is in the wave of %s if told so', (wave, number) => {
    expect(store({ wave }).one('StatefulSet').metadata.annotations).toEqual({
      'argocd.argoproj.io/sync-wave': number,
    });
  });

  it('comes after Services and budget', () => {
    expect(store().names).toEqual(['Namespace ns', 'Service zk', 'PodDisruptionBudget zk', 'StatefulSet zk']);
  });
});

describe('the budget of a store', () => {
  it('lets one member go at a time, and the broken ones at any time', () => {
    expect(store().one('PodDisruptionBudget').spec).toMatchObject({
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    });
  });

  it.each([
    ['a single member', { replicas: 1 }],
    ['whoever wants none', { budget: Budget.none() }],
  ])('is absent for %s', (_, props) => {
    expect(store(props).names).toEqual(['Namespace ns', 'Service zk', 'StatefulSet zk']);
  });
});

describe('the pods of a store', () => {
  it('are kept on different nodes, and in different zones if possible', () => {
    expect(store().pod.spec['topologySpreadConstraints']).toMatchObject([
      {
        topologyKey: 'kubernetes.io/hostname',
        maxSkew: 1,
        whenUnsatisfiable: 'DoNotSchedule',
        minDomains: 2,
      },
      { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' },
    ]);
  });

  it('need no second node when there is one of them', () => {
    expect(JSON.stringify(store({ replicas: 1 }).pod.spec)).not.toContain('minDomains');
  });

  it('have the network of their own by default, without credentials', () => {
    const { spec } = store().pod;

    expect(spec).not.toHaveProperty('hostNetwork');
    expect(spec).not.toHaveProperty('dnsPolicy');
    expect(spec).toMatchObject({ automountServiceAccountToken: false, terminationGracePeriodSeconds: 30 });
  });

  it('resolve the names of the cluster on the network of the host too', () => {
    expect(store({ hostNetwork: true }).pod.spec).toMatchObject({
      hostNetwork: true,
      dnsPolicy: 'ClusterFirstWithHostNet',
    });
  });

  it('run init containers to their end, then sidecars beside the main container', () => {
    const helper = (name: string) => ({ name, image: 'registry.example/tools:1.0.0' });
    const { pod } = store({
      initContainers: [helper('prepare')],
      sidecars: [helper('log'), helper('agent')],
    });

    expect(pod.spec.initContainers?.map(({ name, restartPolicy }) => [name, restartPolicy])).toEqual([
      ['prepare', undefined],
      ['log', 'Always'],
      ['agent', 'Always'],
    ]);
    expect(pod.spec.containers.map(({ name }) => name)).toEqual(['zk']);
  });

  it('name the main container as told', () => {
    expect(containerOf(store({ containerName: 'server' }).pod, 'server').image).toBe(MINIMAL.image);
  });

  it('have each volume once, however many containers mount it', () => {
    const mount = { volume: PodVolume.emptyDir('work'), path: '/work' };
    const sidecars = [{ name: 'log', image: 'registry.example/tools:1.0.0', mounts: [mount] }];

    expect(store({ mounts: [mount], sidecars }).pod.spec.volumes).toEqual([{ name: 'work', emptyDir: {} }]);
  });
});

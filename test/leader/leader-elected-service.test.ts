/** What a `LeaderElectedService` renders around its pods: snapshots, names, permissions, Services and order. */
import { AppCheck, LeaderElectedService, LeaderRouting, type RuntimeElectionProps, Standby } from '../../lib';
import { EVERY_COLD_PROP, EVERY_EMBEDDED_PROP, EVERY_HOT_PROP } from '../support/every-prop';
import { type Rendering, chart, rendered } from '../support/workloads';
import { COLD, EMBEDDED, embedded, group, hot } from '../support/leader-groups';

const every = {
  cold: rendered((scope) => new LeaderElectedService(scope, 'group', EVERY_COLD_PROP)),
  hot: rendered((scope) => new LeaderElectedService(scope, 'group', EVERY_HOT_PROP)),
  embedded: rendered((scope) => new LeaderElectedService(scope, 'group', EVERY_EMBEDDED_PROP)),
};

const ALL: [string, Rendering][] = [
  ['a cold standby and minimal props', group()],
  ['a hot standby and minimal props', hot()],
  ['an election of its own and minimal props', embedded()],
  ['a cold standby and all props', every.cold],
  ['a hot standby and all props', every.hot],
  ['an election of its own and all props', every.embedded],
];

describe.each(ALL)('a group with %s', (_, rendering) => {
  it('is rendered as in the snapshot', () => {
    expect(rendering.snapshot).toMatchSnapshot();
  });

  it('is accepted by the oldest and the newest supported release', () => {
    expect(rendering.refused).toEqual([]);
  });

  it('holds nothing that the election writes', () => {
    const kinds = rendering.objects.map(({ kind }) => kind);

    expect(kinds).not.toContain('Lease');
    expect(kinds).not.toContain('EndpointSlice');
    expect(kinds).not.toContain('Endpoints');
  });

  it('makes the identity before the pods that need it', () => {
    const kinds = rendering.objects.map(({ kind }) => kind);
    const identity = ['ServiceAccount', 'Role', 'RoleBinding'].map((kind) => kinds.indexOf(kind));

    expect(Math.min(...identity)).toBeGreaterThan(0);
    expect(Math.max(...identity)).toBeLessThan(kinds.indexOf('StatefulSet'));
  });

  it('starts and stops its members at once', () => {
    expect(rendering.one('StatefulSet').spec).toMatchObject({ podManagementPolicy: 'Parallel' });
  });

  it('binds the account of the pods to the role, and gives it no credentials by itself', () => {
    const account = rendering.one('ServiceAccount');
    const { roleRef, subjects } = rendering.one('RoleBinding');

    expect(account).toMatchObject({ automountServiceAccountToken: false });
    expect(rendering.pod.spec['serviceAccountName']).toBe(account.metadata.name);
    expect(roleRef).toEqual({
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'Role',
      name: rendering.one('Role').metadata.name,
    });
    expect(subjects).toEqual([{ kind: 'ServiceAccount', name: account.metadata.name, namespace: 'ns' }]);
  });

  it('applies all but the pods in the wave before them', () => {
    const [, ...others] = rendering.objects.filter(({ kind }) => kind !== 'StatefulSet');

    for (const { metadata } of others) {
      expect(metadata.annotations).toMatchObject({ 'argocd.argoproj.io/sync-wave': '-1' });
    }
    expect(others.length).toBeGreaterThanOrEqual(6);
  });
});

describe('the names of the objects of an election', () => {
  it('are the name of the service by default', () => {
    expect(group().names).toEqual([
      'Namespace ns',
      'ServiceAccount app',
      'Role app',
      'RoleBinding app',
      'Service app-leader',
      expect.stringMatching(/^ConfigMap app-gate-[0-9a-f]{10}$/),
      'Service app',
      'PodDisruptionBudget app',
      'StatefulSet app',
    ]);
  });

  it.each(['serviceAccount', 'role', 'roleBinding'] as const)('can be set one by one: %s', (which) => {
    const kind = { serviceAccount: 'ServiceAccount', role: 'Role', roleBinding: 'RoleBinding' }[which];
    const ofElection = /^(ServiceAccount|Role|RoleBinding) /;
    const names = group({ names: { [which]: 'other' } }).names.filter((name) => ofElection.test(name));

    expect(names).toHaveLength(3);
    expect(names.filter((name) => name.endsWith(' other'))).toEqual([`${kind} other`]);
  });

  it('are told by the construct', () => {
    const built = new LeaderElectedService(chart('data'), 'group', {
      ...COLD,
      clusterDomain: 'corp.example',
      names: { lease: 'the-lease' },
    });

    expect(built.leaseName).toBe('the-lease');
    expect(built.leaderDnsName).toBe('app-leader.data.svc.corp.example');
    expect(built.leaderService).toBe(COLD.leaderService);
    expect(built.members.podDnsNames).toEqual([
      'app-0.app.data.svc.corp.example',
      'app-1.app.data.svc.corp.example',
    ]);
  });

  it('have the domain of most clusters by default', () => {
    expect(new LeaderElectedService(chart(), 'group', EMBEDDED).leaderDnsName).toBe(
      'app-leader.ns.svc.cluster.local',
    );
  });
});

describe('the permissions of an election', () => {
  const owned = (apiGroup: string, resource: string, name: string, verbs: readonly string[]) => [
    { apiGroups: [apiGroup], resources: [resource], verbs: ['create'] },
    { apiGroups: [apiGroup], resources: [resource], resourceNames: [name], verbs },
  ];
  const lease = (name: string) => owned('coordination.k8s.io', 'leases', name, ['get', 'watch', 'patch']);
  const slice = (name: string) =>
    owned('discovery.k8s.io', 'endpointslices', name, ['get', 'watch', 'update']);
  const pods = (resourceNames: readonly string[], verbs = ['get', 'watch', 'patch']) => ({
    apiGroups: [''],
    resources: ['pods'],
    resourceNames,
    verbs,
  });
  const events = { apiGroups: [''], resources: ['events'], verbs: ['create'] };

  it('with a slice are for the one lease, the one slice, the own pods and events', () => {
    expect(group().one('Role').rules).toEqual([
      ...lease('app'),
      ...slice('app-leader-leader'),
      pods(['app-0', 'app-1']),
      events,
    ]);
  });

  it('with a label are for no slice', () => {
    expect(group({ routing: LeaderRouting.label() }).one('Role').rules).toEqual([
      ...lease('app'),
      pods(['app-0', 'app-1']),
      events,
    ]);
  });

  it('of an image that elects by itself are what it needs, and no more', () => {
    expect(embedded().one('Role').rules).toEqual([
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        resourceNames: ['app'],
        verbs: ['get', 'update', 'patch'],
      },
      pods(['app-0', 'app-1'], ['get', 'patch']),
    ]);
  });

  it('follow the names that are set', () => {
    expect(group({ names: { lease: 'the-lease', slice: 'the-slice' } }).one('Role').rules).toEqual([
      ...lease('the-lease'),
      ...slice('the-slice'),
      pods(['app-0', 'app-1']),
      events,
    ]);
  });

  it.each<[string, Partial<RuntimeElectionProps>, string[]]>([
    ['more members', { replicas: 4 }, ['app-0', 'app-1', 'app-2', 'app-3']],
    ['other ordinals', { firstOrdinal: 7 }, ['app-7', 'app-8']],
    ['another name', { name: 'other' }, ['other-0', 'other-1']],
  ])('follow %s', (_, props, names) => {
    expect(group(props).one('Role').rules).toContainEqual(pods(names));
  });
});

describe('the Service of the leader', () => {
  const ports = [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }];

  it('has no selector by default: the runtime writes its endpoints', () => {
    const service = group().one('Service', 'app-leader');

    expect(service.spec).toEqual({ type: 'ClusterIP', ports });
    expect(service.metadata.annotations).not.toHaveProperty('cdk8s-ha/runtime-label');
  });

  it.each([
    ['routes by label', group({ routing: LeaderRouting.label() })],
    ['elects by itself', embedded()],
  ])('selects the pod with the label of a group that %s', (_, rendering) => {
    const service = rendering.one('Service', 'app-leader');
    const { matchLabels } = rendering.one('StatefulSet').spec.selector;

    expect(service.spec).toEqual({ type: 'ClusterIP', ports, selector: { ...matchLabels, role: 'master' } });
    expect(service.metadata.annotations).toMatchObject({ 'cdk8s-ha/runtime-label': 'role' });
  });

  it('exists beside the headless one', () => {
    const rendering = group({ serviceName: 'members' });

    expect(rendering.one('StatefulSet').spec.serviceName).toBe('members');
    expect(rendering.one('Service', 'members').spec).toMatchObject({ clusterIP: 'None' });
  });
});

describe('the label of the role', () => {
  const role = { key: 'example.com/part', leader: 'primary', standby: 'replica' };

  it.each([
    ['with a slice', group()],
    ['with a label', group({ routing: LeaderRouting.label() })],
    ['with an election of its own', embedded()],
  ])('is that of a standby in the template %s', (_, rendering) => {
    expect(rendering.pod.metadata.labels).toMatchObject({ role: 'backup' });
    expect(rendering.one('StatefulSet').spec.selector.matchLabels).not.toHaveProperty('role');
  });

  it('can be any other, in template and selector alike', () => {
    const rendering = group({ role, routing: LeaderRouting.label() });

    expect(rendering.pod.metadata.labels).toMatchObject({ 'example.com/part': 'replica' });
    expect(rendering.pod.metadata.labels).not.toHaveProperty('role');
    expect(rendering.one('Service', 'app-leader').spec.selector).toMatchObject({
      'example.com/part': 'primary',
    });
  });

  it('is as by default where undefined is given', () => {
    const unset = { key: undefined, leader: undefined, standby: undefined };

    expect(group({ role: unset }).objects).toEqual(group().objects);
  });

  it('is what leads to a leader that its image elects, whatever a file without types says', () => {
    const routing = JSON.parse('{ "routing": { "kind": "endpoint-slice" } }') as object;

    expect(embedded(routing).objects).toEqual(embedded().objects);
  });

  it('cannot be set by the labels of the pods', () => {
    expect(group({ podLabels: { role: 'master', tier: 'a' } }).pod.metadata.labels).toMatchObject({
      role: 'backup',
      tier: 'a',
    });
  });
});

it('keeps the members apart, and one away at a time', () => {
  const rendering = group({ selector: { app: 'a' } });
  const constraint = { maxSkew: 1, labelSelector: { matchLabels: { app: 'a' } } };

  expect(rendering.pod.spec['topologySpreadConstraints']).toEqual([
    {
      ...constraint,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'DoNotSchedule',
      minDomains: 2,
    },
    { ...constraint, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
  ]);
  expect(rendering.one('PodDisruptionBudget').spec).toMatchObject({ maxUnavailable: 1 });
});

it('uses the network of the host only if told, and resolves names of the cluster there', () => {
  expect(group().pod.spec).not.toHaveProperty('hostNetwork');
  expect(group({ hostNetwork: true }).pod.spec).toMatchObject({
    hostNetwork: true,
    dnsPolicy: 'ClusterFirstWithHostNet',
  });
});

it('two groups live in one namespace', () => {
  const rendering = rendered((scope) => {
    new LeaderElectedService(scope, 'one', COLD);
    new LeaderElectedService(scope, 'two', {
      ...COLD,
      name: 'other',
      leaderService: { ...COLD.leaderService, name: 'other-leader' },
      standby: Standby.cold({ check: AppCheck.tcp({ name: 'http', port: 8080 }) }),
    });
  });

  expect(rendering.names).toContain('StatefulSet other');
  expect(new Set(rendering.names).size).toBe(rendering.names.length);
});

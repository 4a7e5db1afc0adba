/** The admission policies: what an account may do no more with them, and a group that is elected under them. */
import {
  AppCheck,
  ElectionTiming,
  LeaderElectedService,
  LeaderRouting,
  type RuntimeElectionProps,
  Standby,
  type SystemChart,
} from '../../lib';
import { deletePod } from './support/faults';
import { apply, exec, kubectl, list, logs } from './support/kubectl';
import { type Asks, accountAsks, memberAsks } from './support/member';
import { IMAGE, RUNTIME_IMAGE, UNHURRIED, readyPods, security } from './support/memcache';
import { useNamespace } from './support/namespace';
import { renderFile, renderSystem } from './support/render';
import { eventually } from './support/wait';

const NAME = 'app';
const SERVICE = `${NAME}-leader`;
const SLICE = `${SERVICE}-leader`;
const echo = { name: 'echo', port: 7000 };
const small = { requests: { cpu: '10m', memory: '32Mi' } };

/** Says who answers. */
const PROGRAM = `
require('node:net')
  .createServer((socket) => socket.on('error', () => undefined).end(process.env.HOSTNAME))
  .listen(7000);
`;

const MEMBERS = [`${NAME}-0`, `${NAME}-1`];

/** What an elector says of writes that it may not make. */
const REFUSED = ['ApiRefused', 'RoutingFailed', 'LabellingFailed'];

/** Prints who answers at the address. */
const ASK = `
require('node:net').connect(7000, process.argv[1]).on('error', () => console.log('nobody')).pipe(process.stdout);
`;

function addGroup(chart: SystemChart, props: Partial<RuntimeElectionProps> = {}): void {
  new LeaderElectedService(chart, NAME, {
    name: NAME,
    replicas: 2,
    image: IMAGE,
    command: ['node', '-e', PROGRAM],
    ports: [echo],
    security,
    resources: small,
    electorResources: small,
    runtimeImage: RUNTIME_IMAGE,
    election: UNHURRIED,
    standby: Standby.cold({ check: AppCheck.tcp(echo) }),
    leaderService: { name: SERVICE, ports: [{ name: 'echo', port: 7000, target: echo }] },
    admissionPolicy: true,
    ...props,
  });
}

/** As the namespace's Pod Security asks for. */
const harmless = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

type Json = Readonly<Record<string, unknown>>;

const yamlOf = (...objects: readonly object[]): string =>
  objects.map((object) => JSON.stringify(object)).join('\n---\n');

describe('An account that RBAC lets do everything in its namespace', () => {
  const namespace = useNamespace();
  const { objects } = renderFile(namespace, (chart) => {
    const leaderService = {
      name: SERVICE,
      ports: [{ name: 'echo', port: 7000, target: echo }],
      ipFamilies: ['IPv4', 'IPv6'] as const,
    };
    addGroup(chart, { leaderService });
  });
  const kinds = ['Namespace', 'ServiceAccount'];
  const fence = objects.flatMap(({ manifest }) =>
    kinds.includes(manifest.kind) || manifest.kind.startsWith('ValidatingAdmission') ? [manifest] : [],
  );
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'everything', namespace } };
  const everything = [
    { ...rbac, kind: 'Role', rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] },
    {
      ...rbac,
      kind: 'RoleBinding',
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'everything' },
      subjects: [NAME, 'somebody-else'].map((name) => ({ kind: 'ServiceAccount', name, namespace })),
    },
  ];

  /** A pod of that name which does nothing, so that nobody else writes what the account is tried on. */
  const idle = (name: string, kind: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: { 'statefulset.kubernetes.io/pod-name': name, role: 'backup', tier: 'data' },
      annotations: { 'cdk8s-ha/term': '0', note: 'of somebody else' },
    },
    spec: {
      serviceAccountName: kind,
      terminationGracePeriodSeconds: 1,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: NAME,
          image: IMAGE,
          command: ['sleep', 'infinity'],
          ports: [{ containerPort: echo.port }],
          resources: small,
          securityContext: harmless,
        },
      ],
    },
  });
  const lease = (name: string, spec: Json = {}, metadata: Json = {}) =>
    yamlOf({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace, ...metadata },
      spec,
    });

  const ips: Record<string, string> = {};
  const uids: Record<string, string> = {};
  let me: Asks;
  let unbound: Asks;
  let stranger: Asks;
  let other: Asks;

  const slice = (changes: Json = {}, endpoint: Json = {}, metadata: Json = {}) =>
    yamlOf({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      addressType: 'IPv4',
      endpoints: [
        {
          addresses: [ips['app-0']],
          conditions: { ready: true },
          targetRef: { kind: 'Pod', namespace, name: 'app-0', uid: uids['app-0'] },
          ...endpoint,
        },
      ],
      ports: [{ name: 'echo', port: echo.port, protocol: 'TCP' }],
      ...changes,
      metadata: {
        name: SLICE,
        namespace,
        labels: {
          'kubernetes.io/service-name': SERVICE,
          'endpointslice.kubernetes.io/managed-by': 'cdk8s-ha',
        },
        annotations: { 'cdk8s-ha/term': '7' },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'app-0', uid: uids['app-0'] }],
        ...metadata,
      },
    });
  const event = (name: string, metadata: Json = {}) =>
    yamlOf({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { generateName: `${name}.`, namespace, ...metadata },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', name, namespace, uid: uids[name] },
      reason: 'LeaderServing',
      type: 'Normal',
    });

  const DRY = '--dry-run=server';
  const create = (yaml: string, who = me) => who(['create', DRY, '--validate=false', '-f', '-'], yaml);
  const replace = (yaml: string) => me(['replace', DRY, '--validate=false', '-f', '-'], yaml);
  const serverSide = (yaml: string) =>
    me(['apply', DRY, '--validate=false', '--server-side', '--force-conflicts', '-f', '-'], yaml);
  const patch =
    (type: 'json' | 'merge' | 'strategic', thing: string, ...flags: readonly string[]) =>
    (body: object, who = me) =>
      who(['patch', thing, DRY, `--type=${type}`, '-p', JSON.stringify(body), ...flags]);
  const remove = (path: string) => me(['delete', '--raw', `${path}?dryRun=All`]);

  const own = 'pod/app-0';
  const peer = 'pod/app-1';
  const promote = [{ op: 'add', path: '/metadata/labels/role', value: 'master' }];

  beforeAll(async () => {
    await apply(yamlOf(...fence, ...everything));
    await kubectl(['create', 'serviceaccount', 'somebody-else', '-n', namespace]);
    await apply(yamlOf(idle('app-0', NAME), idle('app-1', NAME), idle('other-0', NAME)));
    await apply(lease(NAME, { leaseDurationSeconds: 4 }) + '\n---\n' + lease('other'));
    await kubectl(['wait', '--for=condition=Ready', 'pods', '--all', '-n', namespace, '--timeout=60s']);
    for (const { metadata, status } of await list('pod', namespace)) {
      ips[metadata.name] = status.podIP ?? '';
      uids[metadata.name] = metadata.uid;
    }
    await apply(
      slice({ endpoints: [] }, {}, { name: 'other', labels: { 'kubernetes.io/service-name': 'other' } }),
    );
    me = await memberAsks(namespace, NAME, 'app-0');
    unbound = await accountAsks(namespace, NAME);
    stranger = await memberAsks(namespace, NAME, 'other-0');
    other = await accountAsks(namespace, 'somebody-else');
    await eventually('the policies are in force', {
      look: () => create(lease('another')),
      until: ({ status }) => status !== 0,
    });
  });

  type Deed = () => ReturnType<Asks>;

  it.each<[string, Deed]>([
    [
      'takes the Lease',
      () => patch('merge', `lease/${NAME}`)({ spec: { holderIdentity: `app-0_${uids['app-0']}` } }),
    ],
    ['gives it up', () => patch('merge', `lease/${NAME}`)({ spec: { holderIdentity: '' } })],
    ['creates its slice', () => create(slice())],
    ['creates one that leads nowhere', () => create(slice({ endpoints: [] }))],
    [
      'creates that of the other address family',
      () => create(slice({ addressType: 'IPv6', endpoints: [] }, {}, { name: `${SLICE}-ipv6` })),
    ],
    ['labels its own pod as the leader', () => patch('json', own)(promote)],
    [
      'writes its term to a peer',
      () =>
        patch(
          'json',
          peer,
        )([
          { op: 'add', path: '/metadata/annotations/cdk8s-ha~1term', value: '9' },
          { op: 'add', path: '/metadata/labels/role', value: 'backup' },
        ]),
    ],
    ['tells of its own pod', () => create(event('app-0'))],
  ])('%s', async (_, deed) => {
    expect(await deed()).toMatchObject({ status: 0, stderr: '' });
  });

  it.each<[string, RegExp, Deed]>([
    [
      'writes with a token that was made for no pod',
      /not made for a pod/,
      () => patch('json', peer)([{ op: 'add', path: '/metadata/labels/role', value: 'backup' }], unbound),
    ],
    [
      "writes with a token that was made for another group's pod",
      /not made for a pod/,
      () => create(lease(NAME), stranger),
    ],
    ['creates another Lease', /the Lease of app is app/, () => create(lease('another'))],
    [
      'takes another Lease',
      /the Lease of app is app/,
      () => patch('merge', 'lease/other')({ spec: { holderIdentity: '' } }),
    ],
    [
      'creates a Lease with a name that the server generates',
      /the Lease of app is app/,
      () => create(lease('', {}, { name: undefined, generateName: NAME })),
    ],
    [
      'holds the Lease in the name of a peer',
      /in its own name/,
      () => patch('merge', `lease/${NAME}`)({ spec: { holderIdentity: `app-1_${uids['app-1']}` } }),
    ],
    [
      'keeps the Lease from being deleted',
      /no finalizer/,
      () => patch('merge', `lease/${NAME}`)({ metadata: { finalizers: ['a.example/b'] } }),
    ],
    [
      'gives the Lease an owner',
      /no owner/,
      () =>
        patch(
          'merge',
          `lease/${NAME}`,
        )({
          metadata: {
            ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'app-1', uid: uids['app-1'] }],
          },
        }),
    ],
    [
      'deletes the Lease',
      /only writes/,
      () => remove(`/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${NAME}`),
    ],

    [
      'creates a slice of another name',
      /the EndpointSlices of app are/,
      () => create(slice({}, {}, { name: 'mine' })),
    ],
    [
      'takes over the slice of another Service',
      /the EndpointSlices of app are/,
      () => replace(slice({}, {}, { name: 'other', labels: { 'kubernetes.io/service-name': 'other' } })),
    ],
    [
      'gives its slice to another Service',
      /the Service of app is app-leader/,
      () => create(slice({}, {}, { labels: { 'kubernetes.io/service-name': 'other' } })),
    ],
    [
      'leads clients to a name',
      /the EndpointSlices of app are/,
      () => create(slice({ addressType: 'FQDN', endpoints: [] })),
    ],
    [
      'writes the slice of one address family in the other',
      /the EndpointSlices of app are/,
      () => create(slice({}, {}, { name: `${SLICE}-ipv6` })),
    ],
    [
      'leads clients to a peer',
      /its own pod/,
      () =>
        create(
          slice(
            {},
            {
              addresses: [ips['app-1']],
              targetRef: { kind: 'Pod', namespace, name: 'app-1', uid: uids['app-1'] },
            },
          ),
        ),
    ],
    ['leads clients to nobody knows whom', /its own pod/, () => create(slice({}, { targetRef: undefined }))],
    [
      "leads clients to another pod's address",
      /not the pod's/,
      () => create(slice({}, { addresses: [ips['other-0']] })),
    ],
    [
      'leads clients to an address of no pod',
      /not the pod's/,
      () => create(slice({}, { addresses: ['203.0.113.7'] })),
    ],
    [
      'leads clients to two addresses',
      /by one address|not the pod's/,
      () => create(slice({}, { addresses: [ips['app-0'], '203.0.113.7'] })),
    ],
    [
      'leads clients to another port of the pod',
      /none of the pod's containers/,
      () => create(slice({ ports: [{ name: 'echo', port: 22, protocol: 'TCP' }] })),
    ],
    [
      'gives its slice to somebody else',
      /belongs to the pod/,
      () =>
        create(
          slice(
            {},
            {},
            {
              ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'app-1', uid: uids['app-1'] }],
            },
          ),
        ),
    ],
    [
      'keeps its slice from being deleted',
      /no finalizer/,
      () => create(slice({}, {}, { finalizers: ['a.example/b'] })),
    ],
    [
      'deletes all slices',
      /only writes/,
      () => remove(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`),
    ],

    [
      "changes a peer's image",
      /of a pod an election writes/,
      () =>
        patch(
          'strategic',
          peer,
        )({ spec: { containers: [{ name: NAME, image: 'registry.example/evil:1.0.0' }] } }),
    ],
    [
      'changes its own image',
      /of a pod an election writes/,
      () =>
        patch(
          'json',
          own,
        )([{ op: 'replace', path: '/spec/containers/0/image', value: 'registry.example/evil:1.0.0' }]),
    ],
    [
      'ends its own pod at a time',
      /of a pod an election writes/,
      () => patch('merge', own)({ spec: { activeDeadlineSeconds: 1 } }),
    ],
    [
      'adds a toleration',
      /of a pod an election writes/,
      () => patch('json', own)([{ op: 'add', path: '/spec/tolerations/-', value: { operator: 'Exists' } }]),
    ],
    [
      'changes another label',
      /of a pod an election writes/,
      () => patch('merge', peer)({ metadata: { labels: { tier: 'web' } } }),
    ],
    [
      'adds a label',
      /of a pod an election writes/,
      () => patch('merge', peer)({ metadata: { labels: { a: 'b' } } }),
    ],
    [
      'takes a label away',
      /of a pod an election writes/,
      () => patch('merge', peer)({ metadata: { labels: { tier: null } } }),
    ],
    [
      'changes another annotation',
      /of a pod an election writes/,
      () => patch('merge', peer)({ metadata: { annotations: { note: '' } } }),
    ],
    [
      'adds an annotation',
      /of a pod an election writes/,
      () => patch('merge', own)({ metadata: { annotations: { 'example.com/inject': 'true' } } }),
    ],
    [
      'takes all annotations away',
      /of a pod an election writes/,
      () => patch('json', own)([{ op: 'remove', path: '/metadata/annotations' }]),
    ],
    ['labels a peer as the leader', /the label role is/, () => patch('json', peer)(promote)],
    [
      'gives the role a value of its own',
      /the label role is/,
      () => patch('merge', own)({ metadata: { labels: { role: 'king' } } }),
    ],
    [
      'takes the role away',
      /the label role is/,
      () => patch('merge', own)({ metadata: { labels: { role: null } } }),
    ],
    [
      'gives its pod another owner',
      /no owner/,
      () =>
        patch(
          'json',
          own,
        )([
          {
            op: 'add',
            path: '/metadata/ownerReferences',
            value: [{ apiVersion: 'v1', kind: 'Pod', name: 'other-0', uid: uids['other-0'] }],
          },
        ]),
    ],
    [
      'keeps its pod from being deleted',
      /no finalizer/,
      () => patch('merge', own)({ metadata: { finalizers: ['a.example/b'] } }),
    ],
    [
      "applies another group's pod on the server's side",
      /the pods of the group are app-0, app-1/,
      () =>
        serverSide(
          yamlOf({
            apiVersion: 'v1',
            kind: 'Pod',
            metadata: { name: 'other-0', namespace, labels: { role: 'backup' } },
          }),
        ),
    ],
    [
      "applies a label on the server's side",
      /of a pod an election writes/,
      () =>
        serverSide(
          yamlOf({
            apiVersion: 'v1',
            kind: 'Pod',
            metadata: { name: 'app-0', namespace, labels: { a: 'b' } },
          }),
        ),
    ],
    [
      'says that its pod is ready',
      /no subresource/,
      () => patch('merge', own, '--subresource=status')({ status: { phase: 'Failed' } }),
    ],
    [
      'puts other labels in the place of those that there are',
      /of a pod an election writes/,
      () => patch('strategic', own)({ metadata: { labels: { $patch: 'replace', role: 'backup' } } }),
    ],
    [
      'runs a container of its own in a pod',
      /no subresource/,
      () =>
        patch(
          'strategic',
          peer,
          '--subresource=ephemeralcontainers',
        )({
          spec: { ephemeralContainers: [{ name: 'e', image: IMAGE, securityContext: harmless }] },
        }),
    ],
    ['runs a command in a pod', /only writes, and no subresource/, () => me(['exec', 'app-1', '--', 'true'])],
    ['creates a pod', /only writes/, () => create(yamlOf(idle('app-2', NAME)))],
    ['deletes a pod', /only writes/, () => remove(`/api/v1/namespaces/${namespace}/pods/app-1`)],
    ['deletes all pods', /only writes/, () => remove(`/api/v1/namespaces/${namespace}/pods`)],
    [
      'evicts a pod',
      /no subresource/,
      () =>
        me(
          ['create', DRY, '--raw', `/api/v1/namespaces/${namespace}/pods/app-1/eviction`, '-f', '-'],
          yamlOf({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'app-1', namespace } }),
        ),
    ],

    ["tells of a peer's pod", /about its own pod/, () => create(event('app-1'))],
    [
      'leaves an Event that keeps the namespace',
      /no finalizer/,
      () => create(event('app-0', { finalizers: ['a.example/b'] })),
    ],
    [
      'tells of a peer by the newer kind of Event',
      /about its own pod/,
      () =>
        create(
          yamlOf({
            apiVersion: 'events.k8s.io/v1',
            kind: 'Event',
            metadata: { name: 'e', namespace },
            eventTime: '2030-01-31T12:00:00.000000Z',
            reportingController: 'a.example/b',
            reportingInstance: 'b',
            action: 'a',
            reason: 'LeaderServing',
            type: 'Normal',
            regarding: { apiVersion: 'v1', kind: 'Pod', name: 'app-1', namespace, uid: uids['app-1'] },
          }),
        ),
    ],
  ])('%s no more', async (_, message, deed) => {
    const { status, stderr } = await deed();

    expect(stderr).toContain(`ValidatingAdmissionPolicy '${namespace}.${NAME}.`);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/\(Forbidden\)|is forbidden/);
    expect(status).not.toBe(0);
  });

  it('leaves other accounts alone', async () => {
    expect(await create(lease('another'), other)).toMatchObject({ status: 0 });
    expect(await patch('merge', own)({ metadata: { labels: { a: 'b' } } }, other)).toMatchObject({
      status: 0,
    });
  });

  it('is written so that the API server finds nothing to warn of', async () => {
    const policies = ['writes', 'routes'].map(
      (about) => `validatingadmissionpolicy/${namespace}.${NAME}.${about}`,
    );
    const checked = await eventually('they have been checked', {
      look: async () =>
        (
          JSON.parse(await kubectl(['get', ...policies, '-o', 'json'])) as {
            items: { status?: { typeChecking?: object } }[];
          }
        ).items,
      until: (items) => items.every(({ status }) => status?.typeChecking !== undefined),
    });

    expect(checked.map(({ status }) => status?.typeChecking)).toEqual([{}, {}]);
  });
});

interface Told {
  readonly reason: string;
  readonly involvedObject: { readonly name: string };
}

function hasLed({ reason, involvedObject }: Told, name: string): boolean {
  return reason === 'LeaderServing' && involvedObject.name === name;
}

describe.each(['slice', 'label'] as const)('A group under the policies, routed by %s', (routing) => {
  const namespace = useNamespace();

  const leader = async (): Promise<string> =>
    (await list('pod', namespace, 'role=master')).map(({ metadata }) => metadata.name).join();

  const answerTo = (client: string): Promise<string> =>
    exec({ namespace, pod: client, container: NAME }, 'node', '-e', ASK, `${SERVICE}.${namespace}`);

  /** The member that leads, once clients are led to it. */
  async function leading(former = ''): Promise<string> {
    const name = await eventually('one leads', {
      look: leader,
      until: (found) => MEMBERS.includes(found) && found !== former,
    });
    const [client = ''] = MEMBERS.filter((member) => member !== name);
    await eventually('clients are led to it', {
      look: () => answerTo(client),
      until: (answer) => answer === name,
    });
    return name;
  }

  it('elects a leader, leads clients to it, hands over when it is deleted, and tells of it', async () => {
    await apply(
      renderSystem(namespace, (chart) => {
        addGroup(chart, routing === 'label' ? { routing: LeaderRouting.label() } : {});
      }),
    );
    await readyPods(namespace, `app.kubernetes.io/instance=${NAME}`, 2);
    const first = await leading();

    await deletePod(namespace, first);
    await leading(first);

    const events = await eventually('both have told that they lead', {
      look: () => list('event', namespace),
      until: (seen) => MEMBERS.every((name) => seen.some((event) => hasLed(event, name))),
    });
    expect(events.filter(({ reason }) => REFUSED.includes(reason))).toEqual([]);
    await readyPods(namespace, `app.kubernetes.io/instance=${NAME}`, 2);
    for (const pod of MEMBERS) expect(await logs(namespace, pod, 'elector')).not.toContain('denied request');
  });
});

describe('A policy that does not fit its group any more', () => {
  const namespace = useNamespace();
  const policy = `${namespace}.${NAME}.writes`;
  const yaml = renderSystem(namespace, (chart) => {
    addGroup(chart, { election: ElectionTiming.fast });
  });
  const leads = async () =>
    (await list('event', namespace)).filter(({ reason }) => reason === 'LeaderServing').length;
  const labelled = async () => (await list('pod', namespace, 'role=master')).length;

  it('is named by the electors that it refuses, which lead again when it is mended', async () => {
    await apply(yaml);
    await eventually('one leads', { look: labelled, until: (count) => count === 1 });
    const misfit = [{ op: 'replace', path: '/spec/variables/1/expression', value: '"somebody"' }];
    await kubectl([
      'patch',
      'validatingadmissionpolicy',
      policy,
      '--type=json',
      '-p',
      JSON.stringify(misfit),
    ]);

    await eventually('an elector names it', {
      look: async () => (await Promise.all(MEMBERS.map((pod) => logs(namespace, pod, 'elector')))).join('\n'),
      until: (said) =>
        said.includes(`ValidatingAdmissionPolicy '${policy}' refuses it`) && said.includes('lost'),
    });

    const before = await leads();
    await apply(yaml);
    await eventually('one leads again', { look: leads, until: (count) => count > before });
    await eventually('one is labelled so', { look: labelled, until: (count) => count === 1 });
    expect(await leads()).toBe(before + 1);
  });
});

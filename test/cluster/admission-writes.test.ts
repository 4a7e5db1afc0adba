/** What an account may do no more with the admission policies, although RBAC lets it do everything in its namespace. */
import { apply, kubectl } from '../../cluster/kubectl';
import { eventually } from '../../cluster/wait';
import { COUNTED, FAILSAFE_LONGEST } from '../../lib/leader/lease-annotations';
import { sliceLabels } from '../../lib/leader/slice-labels';
import { Attempts, HARMLESS, yamlOf } from './support/attempts';
import type { Asks } from './support/member';
import { IMAGE } from './support/memcache';
import { useNamespace } from './support/namespace';
import { NAME, SERVICE } from './support/policed-group';

const IPV6_SLICE = `${SERVICE}-leader-ipv6`;

const own = 'pod/app-0';
const peer = 'pod/app-1';
const DAY = 86_400;

const promote = [{ op: 'add', path: '/metadata/labels/role', value: 'master' }];

type Deed = () => ReturnType<Asks>;

describe('An account that RBAC lets do everything in its namespace', () => {
  const namespace = useNamespace();
  const on = new Attempts(namespace);
  const { me, unbound, stranger, other } = on;
  const { create, replace, serverSide, patch, remove, evict } = on;
  const { idle, lease, slice, event, refTo, ownerOf } = on;

  beforeAll(() => on.prepare());

  it.each<[string, Deed]>([
    [
      'takes the Lease',
      () => patch('merge', `lease/${NAME}`)({ spec: { holderIdentity: `app-0_${on.uids['app-0']}` } }),
    ],
    [
      'takes it for a day',
      () =>
        patch(
          'merge',
          `lease/${NAME}`,
        )({
          metadata: { annotations: { [COUNTED]: `${DAY}`, [FAILSAFE_LONGEST]: `${DAY}` } },
          spec: { leaseDurationSeconds: DAY },
        }),
    ],
    ['gives it up', () => patch('merge', `lease/${NAME}`)({ spec: { holderIdentity: '' } })],
    ['creates its slice', () => create(slice())],
    ['creates one that leads nowhere', () => create(slice({ endpoints: [] }))],
    [
      'creates that of the other address family',
      () => create(slice({ addressType: 'IPv6', endpoints: [] }, {}, { name: IPV6_SLICE })),
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
      () => patch('merge', `lease/${NAME}`)({ spec: { holderIdentity: `app-1_${on.uids['app-1']}` } }),
    ],
    [
      'takes the Lease for more than a day',
      /at most 86400/,
      () => patch('merge', `lease/${NAME}`)({ spec: { leaseDurationSeconds: DAY + 1 } }),
    ],
    ...[COUNTED, FAILSAFE_LONGEST].flatMap((key) =>
      [`${DAY + 1}`, '9'.repeat(30), '-1', '1e9'].map((value): [string, RegExp, Deed] => [
        `writes ${key}=${value}`,
        /at most 86400/,
        () => patch('merge', `lease/${NAME}`)({ metadata: { annotations: { [key]: value } } }),
      ]),
    ),
    [
      'creates the Lease with a long time',
      /at most 86400/,
      () => create(lease(NAME, {}, { annotations: { [FAILSAFE_LONGEST]: `${DAY + 1}` } })),
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
            ownerReferences: [ownerOf('app-1')],
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
      /the labels of a slice/,
      () =>
        create(slice({}, {}, { labels: { ...sliceLabels(SERVICE), 'kubernetes.io/service-name': 'other' } })),
    ],
    [
      'hides its slice from kube-proxy',
      /the labels of a slice/,
      () =>
        create(slice({}, {}, { labels: { ...sliceLabels(SERVICE), 'service.kubernetes.io/headless': '' } })),
    ],
    [
      'takes its slice from its Service',
      /the labels of a slice/,
      () => create(slice({}, {}, { labels: {} })),
    ],
    [
      'leads clients to a name',
      /the EndpointSlices of app are/,
      () => create(slice({ addressType: 'FQDN', endpoints: [] })),
    ],
    [
      'writes the slice of one address family in the other',
      /the EndpointSlices of app are/,
      () => create(slice({}, {}, { name: IPV6_SLICE })),
    ],
    [
      'leads clients to a peer',
      /its own pod/,
      () =>
        create(
          slice(
            {},
            {
              addresses: [on.ips['app-1']],
              targetRef: refTo('app-1'),
            },
          ),
        ),
    ],
    ['leads clients to nobody knows whom', /its own pod/, () => create(slice({}, { targetRef: undefined }))],
    [
      "leads clients to another pod's address",
      /not the pod's/,
      () => create(slice({}, { addresses: [on.ips['other-0']] })),
    ],
    [
      'leads clients to an address of no pod',
      /not the pod's/,
      () => create(slice({}, { addresses: ['203.0.113.7'] })),
    ],
    [
      'leads clients to two addresses',
      /by one address|not the pod's/,
      () => create(slice({}, { addresses: [on.ips['app-0'], '203.0.113.7'] })),
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
              ownerReferences: [ownerOf('app-1')],
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
            value: [ownerOf('other-0')],
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
          spec: { ephemeralContainers: [{ name: 'e', image: IMAGE, securityContext: HARMLESS }] },
        }),
    ],
    ['runs a command in a pod', /only writes, and no subresource/, () => me(['exec', 'app-1', '--', 'true'])],
    ['creates a pod', /only writes/, () => create(yamlOf(idle('app-2')))],
    ['deletes a pod', /only writes/, () => remove(`/api/v1/namespaces/${namespace}/pods/app-1`)],
    ['deletes all pods', /only writes/, () => remove(`/api/v1/namespaces/${namespace}/pods`)],
    ['evicts a pod', /no subresource/, () => evict('app-1')],

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
            regarding: { apiVersion: 'v1', ...refTo('app-1') },
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

  it('keeps what somebody else has set longer, and makes the Lease anew with it', async () => {
    const spec = { leaseDurationSeconds: 2 * DAY };
    const annotations = { [COUNTED]: `${2 * DAY}`, [FAILSAFE_LONGEST]: 'long' };
    const renew = patch('merge', `lease/${NAME}`);
    await apply(lease(NAME, spec, { annotations }));

    expect(await renew({ spec: { renewTime: '2030-01-31T12:00:00.000000Z' } })).toMatchObject({ status: 0 });
    expect(await renew({ spec: { leaseDurationSeconds: 2 * DAY + 1 } })).not.toMatchObject({ status: 0 });
    expect(await renew({ metadata: { annotations: { [COUNTED]: '10' } } })).toMatchObject({ status: 0 });

    await kubectl(['delete', 'lease', NAME, '-n', namespace]);
    expect(await create(lease(NAME, spec))).toMatchObject({ status: 0 });
    await apply(lease(NAME, { leaseDurationSeconds: 4 }));
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

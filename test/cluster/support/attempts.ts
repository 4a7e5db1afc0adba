/** What somebody may try with the account of a policed group: requests that change nothing, and the objects in them. */
import { apply, kubectl, list } from '../../../cluster/kubectl';
import { type Asks, accountAsks, memberAsks } from './member';
import { IMAGE } from './memcache';
import { ECHO, NAME, SERVICE, SMALL, addGroup } from './policed-group';
import { renderFile } from '../../../bench/render';
import { eventually } from '../../../cluster/wait';

export type Json = Readonly<Record<string, unknown>>;

const SLICE = `${SERVICE}-leader`;
const DRY = '--dry-run=server';

/** The account's own pod, and one of another group of the same account. */
const OWN = `${NAME}-0`;
const STRANGER = 'other-0';
const OTHER_ACCOUNT = 'somebody-else';

/** As the namespace's Pod Security asks for. */
export const HARMLESS = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

export const yamlOf = (...objects: readonly object[]): string =>
  objects.map((object) => JSON.stringify(object)).join('\n---\n');

/** In a namespace where RBAC lets the account do everything, and its pods do nothing. */
export class Attempts {
  readonly ips: Record<string, string> = {};
  readonly uids: Record<string, string> = {};
  private known: Readonly<Record<'me' | 'unbound' | 'stranger' | 'other', Asks>> | undefined;

  constructor(readonly namespace: string) {}

  /** With the token of the account's own pod. */
  readonly me: Asks = (args, input) => this.asks('me', args, input);

  /** With one that was made for no pod. */
  readonly unbound: Asks = (args, input) => this.asks('unbound', args, input);

  /** With one that was made for a pod of another group. */
  readonly stranger: Asks = (args, input) => this.asks('stranger', args, input);

  /** As an account that is none of the group's. */
  readonly other: Asks = (args, input) => this.asks('other', args, input);

  /** Makes what the attempts need, and waits until the policies are in force. */
  async prepare(): Promise<void> {
    const { namespace } = this;
    await apply(yamlOf(...fenceOf(namespace), ...everything(namespace)));
    await kubectl(['create', 'serviceaccount', OTHER_ACCOUNT, '-n', namespace]);
    await apply(yamlOf(this.idle(OWN), this.idle(`${NAME}-1`), this.idle(STRANGER)));
    await apply(`${this.lease(NAME, { leaseDurationSeconds: 4 })}\n---\n${this.lease('other')}`);
    await kubectl(['wait', '--for=condition=Ready', 'pods', '--all', '-n', namespace, '--timeout=60s']);
    for (const { metadata, status } of await list('pod', namespace)) {
      this.ips[metadata.name] = status.podIP ?? '';
      this.uids[metadata.name] = metadata.uid;
    }
    await apply(
      this.slice({ endpoints: [] }, {}, { name: 'other', labels: { 'kubernetes.io/service-name': 'other' } }),
    );
    this.known = {
      me: await memberAsks(namespace, NAME, OWN),
      unbound: await accountAsks(namespace, NAME),
      stranger: await memberAsks(namespace, NAME, STRANGER),
      other: await accountAsks(namespace, OTHER_ACCOUNT),
    };
    await eventually('the policies are in force', {
      look: () => this.create(this.lease('another')),
      until: ({ status }) => status !== 0,
    });
  }

  // --- requests ----------------------------------------------------------------------------------------------------------

  readonly create = (yaml: string, who = this.me) =>
    who(['create', DRY, '--validate=false', '-f', '-'], yaml);

  readonly replace = (yaml: string) => this.me(['replace', DRY, '--validate=false', '-f', '-'], yaml);

  readonly serverSide = (yaml: string) =>
    this.me(['apply', DRY, '--validate=false', '--server-side', '--force-conflicts', '-f', '-'], yaml);

  readonly patch =
    (type: 'json' | 'merge' | 'strategic', thing: string, ...flags: readonly string[]) =>
    (body: object, who = this.me) =>
      who(['patch', thing, DRY, `--type=${type}`, '-p', JSON.stringify(body), ...flags]);

  readonly remove = (path: string) => this.me(['delete', '--raw', `${path}?dryRun=All`]);

  readonly evict = (pod: string) =>
    this.me(
      ['create', DRY, '--raw', `/api/v1/namespaces/${this.namespace}/pods/${pod}/eviction`, '-f', '-'],
      yamlOf({
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: pod, namespace: this.namespace },
      }),
    );

  // --- objects -----------------------------------------------------------------------------------------------------------

  /** A pod of that name which does nothing, so that nobody else writes what the account is tried on. */
  readonly idle = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: this.namespace,
      labels: { 'statefulset.kubernetes.io/pod-name': name, role: 'backup', tier: 'data' },
      annotations: { 'cdk8s-ha/term': '0', note: 'of somebody else' },
    },
    spec: {
      serviceAccountName: NAME,
      terminationGracePeriodSeconds: 1,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: NAME,
          image: IMAGE,
          command: ['sleep', 'infinity'],
          ports: [{ containerPort: ECHO.port }],
          resources: SMALL,
          securityContext: HARMLESS,
        },
      ],
    },
  });

  readonly lease = (name: string, spec: Json = {}, metadata: Json = {}) =>
    yamlOf({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace: this.namespace, ...metadata },
      spec,
    });

  /** The one that its elector writes, but for what is said. */
  readonly slice = (changes: Json = {}, endpoint: Json = {}, metadata: Json = {}) =>
    yamlOf({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      addressType: 'IPv4',
      endpoints: [
        {
          addresses: [this.ips[OWN]],
          conditions: { ready: true },
          targetRef: this.refTo(OWN),
          ...endpoint,
        },
      ],
      ports: [{ name: 'echo', port: ECHO.port, protocol: 'TCP' }],
      ...changes,
      metadata: {
        name: SLICE,
        namespace: this.namespace,
        labels: {
          'kubernetes.io/service-name': SERVICE,
          'endpointslice.kubernetes.io/managed-by': 'cdk8s-ha',
        },
        annotations: { 'cdk8s-ha/term': '7' },
        ownerReferences: [this.ownerOf(OWN)],
        ...metadata,
      },
    });

  readonly event = (name: string, metadata: Json = {}) =>
    yamlOf({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { generateName: `${name}.`, namespace: this.namespace, ...metadata },
      involvedObject: { apiVersion: 'v1', ...this.refTo(name) },
      reason: 'LeaderServing',
      type: 'Normal',
    });

  readonly refTo = (pod: string) => ({
    kind: 'Pod',
    namespace: this.namespace,
    name: pod,
    uid: this.uids[pod],
  });

  readonly ownerOf = (pod: string) => ({ apiVersion: 'v1', kind: 'Pod', name: pod, uid: this.uids[pod] });

  private asks(who: keyof NonNullable<typeof this.known>, ...request: Parameters<Asks>): ReturnType<Asks> {
    if (this.known === undefined) throw new Error('nothing is prepared');
    return this.known[who](...request);
  }
}

/** The policies, and what they need. */
function fenceOf(namespace: string): readonly object[] {
  const { objects } = renderFile(namespace, (chart) => {
    const leaderService = {
      name: SERVICE,
      ports: [{ name: 'echo', port: ECHO.port, target: ECHO }],
      ipFamilies: ['IPv4', 'IPv6'] as const,
    };
    addGroup(chart, { leaderService });
  });
  const kinds = ['Namespace', 'ServiceAccount'];
  return objects.flatMap(({ manifest }) =>
    kinds.includes(manifest.kind) || manifest.kind.startsWith('ValidatingAdmission') ? [manifest] : [],
  );
}

function everything(namespace: string): readonly object[] {
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'everything', namespace } };
  return [
    { ...rbac, kind: 'Role', rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] },
    {
      ...rbac,
      kind: 'RoleBinding',
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'everything' },
      subjects: [NAME, OTHER_ACCOUNT].map((name) => ({ kind: 'ServiceAccount', name, namespace })),
    },
  ];
}

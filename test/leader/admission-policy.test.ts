/** The admission policies of an election as they are rendered; what they allow is shown by test/cluster/admission-policy.test.ts. */
import { AppCheck, LeaderElectedService, LeaderRouting, type RuntimeElectionProps, Standby } from '../../lib';
import { COLD, embedded, group } from '../support/leader-groups';
import { type Rendering, rendered } from '../support/workloads';

const POLICY = 'ValidatingAdmissionPolicy';
const BINDING = 'ValidatingAdmissionPolicyBinding';

function guarded(props: Partial<RuntimeElectionProps> = {}): Rendering {
  return group({ admissionPolicy: true, ...props });
}

function policyNames({ names }: Rendering): string[] {
  return names.filter((name) => name.startsWith(POLICY));
}

function expressions(rendering: Rendering): string {
  const { validations } = rendering.one(POLICY, 'ns.app.writes').spec;
  return validations.map(({ expression }) => expression).join('\n');
}

it.each([
  ['a group', group()],
  ['a group that says no', group({ admissionPolicy: false })],
  ['an election of its own', embedded()],
])('is not there by default, in %s', (_, rendering) => {
  expect(policyNames(rendering)).toEqual([]);
});

it('is rendered as in the snapshot', () => {
  const { snapshot } = guarded();

  expect(snapshot.filter(({ kind }) => kind.startsWith(POLICY))).toMatchSnapshot();
});

it('names its objects by namespace and group, since they are the cluster’s', () => {
  const rendering = guarded();
  const objects = rendering.objects.filter(({ kind }) => kind.startsWith(POLICY));

  expect(policyNames(rendering)).toEqual([
    `${POLICY} ns.app.writes`,
    `${BINDING} ns.app.writes`,
    `${POLICY} ns.app.routes`,
    `${BINDING} ns.app.routes`,
  ]);
  expect(objects.map(({ metadata }) => metadata.namespace)).toEqual(objects.map(() => undefined));
});

it('is accepted by the newest release, and comes in the wave of the permissions', () => {
  const rendering = guarded();

  expect(rendering.refused).toEqual([]);
  for (const { metadata } of rendering.objects.filter(({ kind }) => kind.startsWith(POLICY))) {
    expect(metadata.annotations).toMatchObject({ 'argocd.argoproj.io/sync-wave': '-1' });
  }
});

it.each(['writes', 'routes'])(
  'refuses with 403, when it is broken too, and the account only: %s',
  (about) => {
    const { spec } = guarded({ names: { serviceAccount: 'the-account' } }).one(POLICY, `ns.app.${about}`);

    expect(spec.failurePolicy).toBe('Fail');
    expect(spec.matchConditions).toEqual([
      { name: 'account', expression: 'request.userInfo.username == "system:serviceaccount:ns:the-account"' },
    ]);
    expect(new Set(spec.validations.map(({ reason }) => reason))).toEqual(new Set(['Forbidden']));
  },
);

it.each<[string, Partial<RuntimeElectionProps>, string]>([
  ['the Lease', { names: { lease: 'the-lease' } }, '== "the-lease"'],
  ['the slice', { names: { slice: 'the-slice' } }, '{"the-slice":["IPv4","IPv6"]}'],
  ['the Service', {}, '"kubernetes.io/service-name":"app-leader"'],
  ['the pods', { replicas: 3, firstOrdinal: 1 }, '["app-1","app-2","app-3"]'],
  [
    'the slice of each address family',
    { leaderService: { ...COLD.leaderService, ipFamilies: ['IPv6', 'IPv4'] } },
    '{"app-leader-leader":["IPv6"],"app-leader-leader-ipv4":["IPv4"]}',
  ],
  [
    'the role',
    { role: { key: 'example.com/part', leader: 'primary', standby: 'replica' } },
    'variables.labels[?"example.com/part"].orValue("") == "replica"',
  ],
])('knows %s by its name', (_, props, expected) => {
  expect(expressions(guarded(props))).toContain(expected);
});

it('allows the labels that a leader gives its slice, and no other', () => {
  expect(expressions(guarded())).toContain(
    'variables.labels == {"kubernetes.io/service-name":"app-leader",' +
      '"endpointslice.kubernetes.io/managed-by":"cdk8s-ha"}',
  );
});

it('lets no member write a longer wait for its Lease than may be configured', () => {
  expect(expressions(guarded())).toContain('.?leaseDurationSeconds.orValue(0) <= 86400');
  expect(expressions(guarded())).toContain('["cdk8s-ha/lease-duration","cdk8s-ha/failsafe-longest"].all(');
});

it('allows no slice where the label routes', () => {
  const rendering = guarded({ routing: LeaderRouting.label() });

  expect(policyNames(rendering)).toEqual([`${POLICY} ns.app.writes`, `${BINDING} ns.app.writes`]);
  expect(expressions(rendering)).toContain('variables.resource != "endpointslices" || (false)');
});

it('asks the API server for the addresses of the own pods only', () => {
  expect(guarded().one(BINDING, 'ns.app.routes').spec).toEqual({
    policyName: 'ns.app.routes',
    validationActions: ['Deny'],
    paramRef: {
      namespace: 'ns',
      parameterNotFoundAction: 'Deny',
      selector: {
        matchExpressions: [
          { key: 'statefulset.kubernetes.io/pod-name', operator: 'In', values: ['app-0', 'app-1'] },
        ],
      },
    },
  });
});

it('keeps two groups of one app apart', () => {
  const { names } = rendered((scope) => {
    for (const name of ['one', 'two']) {
      new LeaderElectedService(scope, name, {
        ...COLD,
        name,
        admissionPolicy: true,
        standby: Standby.cold({ check: AppCheck.tcp({ name: 'http', port: 8080 }) }),
        leaderService: { ...COLD.leaderService, name: `${name}-leader` },
      });
    }
  });

  expect(new Set(names).size).toBe(names.length);
});

/** RBAC: the runtime may do what it does, each verb is needed, and nothing else is allowed. */
import { renderFile } from '../../bench/render';
import { apply, kubectl, tryKubectl } from '../../cluster/kubectl';
import { eventually } from '../../cluster/wait';
import { ElectionTiming, LeaderRouting, MetaServiceHA, type MetaServiceHAProps } from '../../lib';
import { useNamespace } from './support/namespace';

const image = 'registry.example/memcache:1.0.0';
const runtimeImage = 'registry.example/cdk8s-ha-runtime:0.1.0';

const LEASES = 'leases.coordination.k8s.io';
const SLICES = 'endpointslices.discovery.k8s.io';

/** Something that the runtime does: a verb and what it is done to. */
type Deed = readonly [verb: string, on: string];

const to = (thing: string, ...verbs: readonly string[]): Deed[] => verbs.map((verb) => [verb, thing]);

const lease = `${LEASES}/lease-memcache`;
const pods = ['meta-service-pod-0', 'meta-service-pod-1'].map((name) => `pods/${name}`);
const runtimeDeeds: readonly Deed[] = [
  ...to(LEASES, 'create'),
  ...to(lease, 'get', 'patch', 'watch'),
  ...pods.flatMap((pod) => to(pod, 'get', 'patch', 'watch')),
  ...to('events', 'create'),
];
const sliceDeeds: readonly Deed[] = [
  ...to(SLICES, 'create'),
  ...to(`${SLICES}/service-cluster-ip-memcache-leader`, 'get', 'update', 'watch'),
];

const elections: readonly {
  readonly name: string;
  readonly props: Pick<MetaServiceHAProps, 'election' | 'routing'>;
  readonly deeds: readonly Deed[];
}[] = [
  {
    name: 'the runtime that writes an EndpointSlice',
    props: { election: ElectionTiming.default },
    deeds: [...runtimeDeeds, ...sliceDeeds],
  },
  {
    name: 'the runtime that only labels',
    props: { routing: LeaderRouting.label() },
    deeds: runtimeDeeds,
  },
  {
    name: "MemCache's own election",
    props: { election: 'embedded' },
    deeds: [
      ...to(LEASES, 'create'),
      ...to(lease, 'get', 'update', 'patch'),
      ...pods.flatMap((pod) => to(pod, 'get', 'patch')),
    ],
  },
];

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** The deeds that a rule allows. */
function deedsOf({ apiGroups, resources, resourceNames, verbs }: Rule): Deed[] {
  const kinds = resources.flatMap((resource) =>
    apiGroups.map((group) => (group === '' ? resource : `${resource}.${group}`)),
  );
  const things = kinds.flatMap((kind) => resourceNames?.map((name) => `${kind}/${name}`) ?? [kind]);
  return things.flatMap((thing) => verbs.map((verb) => [verb, thing] as const));
}

const sorted = (deeds: readonly Deed[]): string[] => deeds.map((deed) => deed.join(' ')).sort();

describe.each(elections)('The account of $name', ({ props, deeds }) => {
  const namespace = useNamespace();
  const { objects } = renderFile(namespace, (chart) => {
    const common = { image, runtimeImage };
    new MetaServiceHA(
      chart,
      'meta',
      props.election === 'embedded'
        ? { ...common, election: 'embedded' }
        : { ...common, ...props, election: props.election },
    );
  });
  const identity = objects.filter(({ manifest }) =>
    ['Namespace', 'ServiceAccount', 'Role', 'RoleBinding'].includes(manifest.kind),
  );
  const role = objects.find(({ manifest }) => manifest.kind === 'Role')?.manifest;
  const rules = (role as { readonly rules?: readonly Rule[] } | undefined)?.rules ?? [];
  const as = (account: string) => ['--as', `system:serviceaccount:${namespace}:${account}`, '-n', namespace];

  const mayDo = async (verb: string, on: string): Promise<string> =>
    (await tryKubectl(['auth', 'can-i', verb, on, ...as('account-memcache')])).stdout.trim();

  /** All that RBAC says of an account, a line for each rule. */
  const permissionsOf = async (account: string): Promise<string[]> => {
    const review = JSON.stringify({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      spec: { namespace },
    });
    // Validation would read what the account may not.
    const args = ['create', '--validate=false', '-f', '-', '-o', 'json', ...as(account)];
    const { status } = JSON.parse(await kubectl(args, review)) as {
      readonly status: {
        readonly resourceRules: readonly Rule[];
        readonly nonResourceRules: readonly object[];
      };
    };
    return [
      ...sorted(status.resourceRules.flatMap(deedsOf)),
      ...status.nonResourceRules.map((rule) => JSON.stringify(rule)),
    ];
  };

  const applyRole = (changed: readonly Rule[]) => apply(JSON.stringify({ ...role, rules: changed }));

  beforeAll(async () => {
    await apply(identity.map(({ manifest }) => JSON.stringify(manifest)).join('\n---\n'));
    await eventually('the role is in force', {
      look: () => mayDo('create', LEASES),
      until: (answer) => answer === 'yes',
    });
  });

  it('may do what the runtime does, and nothing beyond what every account may', async () => {
    const everybody = await permissionsOf('somebody-else');
    const own = (await permissionsOf('account-memcache')).filter((line) => !everybody.includes(line));

    expect(own).toEqual(sorted(deeds));
  });

  it.each(deeds.map(([verb, on]) => [on, verb] as const))(
    'may touch %s no more without %s',
    async (on, verb) => {
      expect(await mayDo(verb, on)).toBe('yes');
      const isIt = (rule: Rule) => deedsOf(rule).some(([, thing]) => thing === on);
      const without = rules.map((rule) =>
        isIt(rule) ? { ...rule, verbs: rule.verbs.filter((other) => other !== verb) } : rule,
      );
      await applyRole(without.filter(({ verbs }) => verbs.length > 0));

      const answer = await eventually(`${verb} on ${on} is refused`, {
        look: () => mayDo(verb, on),
        until: (said) => said === 'no',
      });
      expect(answer).toBe('no');
      await applyRole(rules);
      await eventually('the role is in force again', {
        look: () => mayDo(verb, on),
        until: (said) => said === 'yes',
      });
    },
  );
});

/** StatefulStore as the controllers, the scheduler and DNS treat it. */
import { Size } from 'cdk8s';
import { renderSystem } from '../../bench/render';
import { apply, exec, get, kubectl, list, tryKubectl } from '../../cluster/kubectl';
import type { KubeObject, Pod } from '../../cluster/objects';
import { isReady } from '../../cluster/pods';
import { eventually } from '../../cluster/wait';
import { Budget, ClaimTemplate, type Spread } from '../../lib';
import { nodes } from './support/capabilities';
import { useNamespace } from './support/namespace';
import {
  addStore,
  LABEL,
  makeReady,
  members,
  STORE,
  storeReady,
  type StoreOptions,
  timesOf,
} from './support/store';

const store = (namespace: string, options: StoreOptions) =>
  renderSystem(namespace, (chart) => {
    addStore(chart, options);
  });

const namesOf = (pods: readonly Pod[]) => pods.map(({ metadata }) => metadata.name);
const nodesOf = (pods: readonly Pod[]) => pods.map(({ spec }) => spec.nodeName);
const uidsOf = (pods: readonly KubeObject[]) => pods.map(({ metadata }) => metadata.uid);

describe('An ordered start', () => {
  const namespace = useNamespace();

  it('makes each member only when the one before is ready', async () => {
    await apply(store(namespace, { readyLater: true }));

    for (const pod of ['store-0', 'store-1', 'store-2']) await makeReady(namespace, pod);

    const [first, second, third] = (await members(namespace)).map(timesOf);
    expect([first?.ready, second?.made, second?.ready, third?.made].map(String)).toEqual(
      [first?.ready, second?.made, second?.ready, third?.made].map(String).sort(),
    );
  });
});

describe('A parallel start', () => {
  const namespace = useNamespace();

  it('makes all members at once, before any is ready', async () => {
    await apply(store(namespace, { readyLater: true, podManagement: 'Parallel' }));

    const { status } = await eventually('all members are made', {
      look: () => get('statefulset', STORE, namespace),
      until: (set) => set.status.replicas === 3,
    });
    expect(status.readyReplicas ?? 0).toBe(0);
  });
});

describe('A partitioned update', () => {
  const namespace = useNamespace();
  const release = (version: string, partition: number) =>
    store(namespace, { env: { VERSION: version }, update: { partition }, podManagement: 'Parallel' });
  const versionOf = (pod: string) => exec({ namespace, pod }, 'printenv', 'VERSION');

  it('moves only the high ordinals, until the partition is lowered', async () => {
    await apply(release('1', 0));
    await storeReady(namespace);
    const before = await members(namespace);

    await apply(release('2', 2));
    const { status } = await eventually('one member is updated and ready', {
      look: () => get('statefulset', STORE, namespace),
      until: ({ metadata, status: seen }) =>
        seen.observedGeneration === metadata.generation &&
        seen.updatedReplicas === 1 &&
        seen.readyReplicas === 3,
    });
    expect(status.currentRevision).not.toBe(status.updateRevision);
    expect(uidsOf(await members(namespace)).slice(0, 2)).toEqual(uidsOf(before).slice(0, 2));
    expect(await versionOf('store-1')).toBe('1\n');
    expect(await versionOf('store-2')).toBe('2\n');

    await apply(release('2', 0));
    await eventually('all members are updated', {
      look: () => get('statefulset', STORE, namespace),
      until: ({ status: seen }) => seen.updatedReplicas === 3 && seen.readyReplicas === 3,
    });
    expect(await versionOf('store-0')).toBe('2\n');
  });
});

const zoneOf = new Map(
  nodes.map(({ metadata }) => [metadata.name, metadata.labels?.['topology.kubernetes.io/zone']]),
);
const [oneNode = 'none'] = nodes.map(({ metadata }) => metadata.name);
const oneNodeOnly = { 'kubernetes.io/hostname': oneNode };

describe('Spread', () => {
  const spreading = (
    replicas: number,
    spread: Spread | undefined,
    nodeSelector?: Record<string, string>,
  ) => ({
    replicas,
    podManagement: 'Parallel' as const,
    ...(spread && { spread }),
    ...(nodeSelector && { nodeSelector }),
  });

  describe('required over nodes, as it is by default', () => {
    const namespace = useNamespace();

    it('puts every member on a node of its own', async () => {
      await apply(store(namespace, spreading(3, undefined)));
      await storeReady(namespace);

      expect(new Set(nodesOf(await members(namespace))).size).toBe(3);
    });
  });

  describe.each<[string, StoreOptions, number]>([
    ['nodes, where only one fits', spreading(2, undefined, oneNodeOnly), 1],
    ['nodes by anti-affinity, with more members than nodes', spreading(4, { by: 'antiAffinity' }), 3],
    ['zones, where only one fits', spreading(2, { host: 'none', zone: 'required' }, oneNodeOnly), 1],
    [
      'zones by anti-affinity, with more members than zones',
      spreading(4, { host: 'none', zone: 'required', by: 'antiAffinity' }),
      3,
    ],
  ])('required over %s', (_name, options, ready) => {
    const namespace = useNamespace();

    it('leaves a member pending rather than put two together', async () => {
      await apply(store(namespace, options));
      await storeReady(namespace, ready);

      const [pending] = await eventually('the scheduler has refused a member', {
        look: () => members(namespace),
        until: (pods) => pods.some(({ status }) => unschedulable(status.conditions) !== ''),
      }).then((pods) => pods.filter(({ spec }) => spec.nodeName === undefined));
      expect(unschedulable(pending?.status.conditions)).toMatch(/topology spread|anti-affinity/);
    });
  });

  describe.each<[string, StoreOptions]>([
    ['over nodes', spreading(2, { host: 'preferred' }, oneNodeOnly)],
    ['over zones', spreading(2, { host: 'none', zone: 'preferred' }, oneNodeOnly)],
  ])('preferred %s', (_name, options) => {
    const namespace = useNamespace();

    it('puts members together rather than leave one pending', async () => {
      await apply(store(namespace, options));
      await storeReady(namespace, 2);

      expect(nodesOf(await members(namespace))).toEqual([oneNode, oneNode]);
    });
  });

  describe('preferred over zones', () => {
    const namespace = useNamespace();

    it('puts the members into different zones where there is room', async () => {
      await apply(store(namespace, spreading(3, { host: 'none', zone: 'preferred' })));
      await storeReady(namespace);

      expect(new Set(nodesOf(await members(namespace)).map((node) => zoneOf.get(node ?? ''))).size).toBe(3);
    });
  });
});

function unschedulable(conditions: Pod['status']['conditions']): string {
  return conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False')?.message ?? '';
}

describe('The budget', () => {
  const evict = (namespace: string, pod: string) =>
    tryKubectl(
      ['create', '--raw', `/api/v1/namespaces/${namespace}/pods/${pod}/eviction`, '-f', '-'],
      JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace } }),
    );

  describe('by default', () => {
    const namespace = useNamespace();

    it('lets one member go, and refuses the next until the first is ready again', async () => {
      await apply(store(namespace, { readyLater: true, podManagement: 'Parallel' }));
      for (const pod of ['store-0', 'store-1', 'store-2']) await makeReady(namespace, pod);
      await budgetAllows(namespace, 1);

      expect((await evict(namespace, 'store-0')).status).toBe(0);
      expect((await evict(namespace, 'store-1')).stderr).toContain(
        "would violate the pod's disruption budget",
      );

      await makeReady(namespace, 'store-0');
      await budgetAllows(namespace, 1);
      expect((await evict(namespace, 'store-1')).status).toBe(0);
    });
  });

  describe('of two members at once', () => {
    const namespace = useNamespace();

    it('lets two members go', async () => {
      await apply(store(namespace, { podManagement: 'Parallel', budget: Budget.maxUnavailable(2) }));
      await storeReady(namespace);
      await budgetAllows(namespace, 2);

      expect((await evict(namespace, 'store-0')).status).toBe(0);
      expect((await evict(namespace, 'store-1')).status).toBe(0);
    });
  });
});

async function budgetAllows(namespace: string, count: number): Promise<void> {
  const path = 'jsonpath={.status.disruptionsAllowed}';
  await eventually(`the budget allows ${count}`, {
    look: () => kubectl(['get', 'poddisruptionbudget', STORE, '-n', namespace, '-o', path]),
    until: (allowed) => allowed === String(count),
  });
}

describe('A drain of two nodes', () => {
  const namespace = useNamespace();
  const drained: string[] = [];
  afterAll(async () => {
    for (const node of drained) await kubectl(['uncordon', node]);
  });

  const drain = (node: string, timeout: string) => {
    drained.push(node);
    const flags = ['--ignore-daemonsets', '--delete-emptydir-data', `--timeout=${timeout}`];
    return tryKubectl(['drain', node, '--pod-selector', LABEL, ...flags]);
  };
  /** Waits until another pod runs in the member's place. */
  const replaced = ({ metadata: { name, uid } }: Pod) =>
    eventually(`${name} is replaced`, {
      look: () => get('pod', name, namespace),
      until: ({ metadata }) => metadata.uid !== uid,
    });

  it('goes through one member at a time', async () => {
    // Preferred, so that both may go to the third node.
    const spread = { host: 'preferred' } as const;
    await apply(store(namespace, { replicas: 2, podManagement: 'Parallel', spread, readyLater: true }));
    for (const pod of ['store-0', 'store-1']) await makeReady(namespace, pod);
    const [first, second] = await members(namespace);
    if (first === undefined || second === undefined) throw new Error('there are two members');

    expect((await drain(first.spec.nodeName ?? '', '60s')).status).toBe(0);
    await replaced(first);
    const refused = await drain(second.spec.nodeName ?? '', '2s');
    expect(refused.stderr).toContain("would violate the pod's disruption budget");
    expect((await get('pod', 'store-1', namespace)).metadata.uid).toBe(second.metadata.uid);

    await makeReady(namespace, 'store-0');
    expect((await drain(second.spec.nodeName ?? '', '60s')).status).toBe(0);
    await replaced(second);
  });
});

describe('Claims', () => {
  const claim = new ClaimTemplate('data', { size: Size.mebibytes(16) });
  const withClaims = (namespace: string, replicas: number, retention: 'Retain' | 'Delete') =>
    store(namespace, {
      replicas,
      podManagement: 'Parallel',
      mounts: [{ volume: claim, path: '/data' }],
      ...(retention === 'Delete' && { claimRetention: { whenScaled: 'Delete', whenDeleted: 'Delete' } }),
    });
  const claims = async (namespace: string) =>
    (await list('persistentvolumeclaim', namespace)).map(
      ({ metadata, status }) => `${metadata.name} ${status.phase}`,
    );
  const bound = (count: number) => Array.from({ length: count }, (_, index) => `data-store-${index} Bound`);

  describe('by default', () => {
    const namespace = useNamespace();

    it('are bound, and kept when members go and when the store is deleted', async () => {
      await apply(withClaims(namespace, 2, 'Retain'));
      await storeReady(namespace, 2);
      expect(await claims(namespace)).toEqual(bound(2));
      const before = uidsOf(await list('persistentvolumeclaim', namespace));

      await apply(withClaims(namespace, 1, 'Retain'));
      await storeReady(namespace, 1);
      expect(await claims(namespace)).toEqual(bound(2));

      await kubectl(['delete', 'statefulset', STORE, '-n', namespace]);
      await eventually('the members are gone', {
        look: () => members(namespace),
        until: (pods) => pods.length === 0,
      });
      expect(await claims(namespace)).toEqual(bound(2));

      await apply(withClaims(namespace, 2, 'Retain'));
      await storeReady(namespace, 2);
      expect(uidsOf(await list('persistentvolumeclaim', namespace))).toEqual(before);
    });
  });

  describe('that are to be deleted', () => {
    const namespace = useNamespace();

    it('go with their members and with the store', async () => {
      await apply(withClaims(namespace, 2, 'Delete'));
      await storeReady(namespace, 2);

      await apply(withClaims(namespace, 1, 'Delete'));
      const after = (count: number) => ({
        look: () => claims(namespace),
        until: (seen: readonly string[]) => seen.length === count,
      });
      expect(await eventually('one claim is left', after(1))).toEqual(bound(1));
      await kubectl(['delete', 'statefulset', STORE, '-n', namespace]);
      expect(await eventually('no claim is left', after(0))).toEqual([]);
    });
  });
});

describe('The DNS names of the members', () => {
  const namespace = useNamespace();
  const elsewhere = useNamespace();

  it('resolve in another namespace to the addresses of the pods, before they are ready', async () => {
    const names: string[] = [];
    await apply(
      renderSystem(namespace, (chart) => {
        names.push(...addStore(chart, { readyLater: true, podManagement: 'Parallel' }).podDnsNames);
      }),
    );
    await apply(store(elsewhere, { replicas: 1 }));
    await storeReady(elsewhere, 1);
    const pods = await eventually('all members have an address', {
      look: () => members(namespace),
      until: (seen) => seen.length === 3 && seen.every(({ status }) => status.podIP !== undefined),
    });
    expect(pods.some(isReady)).toBe(false);
    expect(names.map((name) => name.split('.')[0])).toEqual(namesOf(pods));

    for (const [index, name] of names.entries()) {
      const address = await eventually(`${name} resolves`, {
        look: () => exec({ namespace: elsewhere, pod: 'store-0' }, 'getent', 'ahostsv4', name),
        until: (answer) => answer !== '',
      });
      expect(address.split(' ')[0]).toBe(pods[index]?.status.podIP);
    }
  });
});

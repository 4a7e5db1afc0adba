/** What a `StatefulStore` refuses, and how it says so. */
import { Chart, Duration, Size } from 'cdk8s';
import fc from 'fast-check';
import {
  App,
  Budget,
  ClaimTemplate,
  type ClaimTemplateProps,
  PodVolume,
  StatefulStore,
  type StatefulStoreProps,
  SystemChart,
} from '../../lib';
import { podNamesOf, resolveStore } from '../../lib/workload/stateful-store-resolved';
import { expectProblem, isAccepted, refusalOf } from '../support/problems';
import { chart } from '../support/workloads';

const PORT = { name: 'client', port: 2181 };
const MINIMAL: StatefulStoreProps = {
  name: 'zk',
  image: 'registry.example/zk:3.9.3',
  replicas: 3,
  ports: [PORT],
};
const CLIENTS = { name: 'clients' };

function build(props: Partial<StatefulStoreProps>): () => StatefulStore {
  return () => new StatefulStore(chart(), 'store', { ...MINIMAL, ...props });
}

type Case = [string, Partial<StatefulStoreProps>, string, RegExp];

describe('a store refuses', () => {
  it.each<Case>([
    ['no replicas', { replicas: 0 }, 'replicas', /whole number of at least 1/],
    ['half a replica', { replicas: 2.5 }, 'replicas', /whole number of at least 1/],
    ['an ordinal before the first', { firstOrdinal: -1 }, 'firstOrdinal', /whole number of at least 0/],
    ['a name with capitals', { name: 'Zk' }, 'name', /DNS label/],
    [
      'a name without room for the hash of the revision',
      { name: 'a'.repeat(53) },
      'name',
      /1 to 52 .* 53 char/,
    ],
    [
      'a name that is too long with its ordinal',
      { name: 'a'.repeat(52), firstOrdinal: 1e10 },
      'name',
      /room for the pod's '-10000000002'.* 1 to 51 /,
    ],
    ['a name that no Service can have', { name: '9lives' }, 'serviceName', /starts with a letter/],
    ['a serviceName with dots', { serviceName: 'zk.members' }, 'serviceName', /starts with a letter/],
    ['a containerName with capitals', { containerName: 'Server' }, 'containerName', /DNS label/],
    ['a quorum of two', { quorum: true, replicas: 2 }, 'replicas', /odd in number/],
    ['an even quorum', { quorum: true, replicas: 4 }, 'replicas', /odd in number/],
    ['a budget that lets nobody go', { budget: Budget.minAvailable(3) }, 'budget', /blocks every drain/],
    ['a budget of none away', { budget: Budget.maxUnavailable(0) }, 'budget', /blocks every drain/],
    [
      'a budget that lets the majority go',
      { quorum: true, budget: Budget.maxUnavailable(2) },
      'budget',
      /at most 1 may be away/,
    ],
    [
      'an application that is no label',
      { application: 'Apache ZooKeeper' },
      'application',
      /value of a label/,
    ],
    ['a component that is no label', { component: '-' }, 'component', /value of a label/],
    ['a selector that is no label', { selector: { app: 'zk!' } }, 'selector.app', /value of a label/],
    ['a pod label that is none', { podLabels: { tier: 'a b' } }, 'podLabels.tier', /value of a label/],
    ['a selector of all pods', { selector: {} }, 'selector', /at least one label/],
    [
      'a label of pods that hides them from the selector',
      { selector: { app: 'zk' }, podLabels: { app: 'other' } },
      'podLabels.app',
      /found by this label, with the value 'zk'/,
    ],
    [
      'a label of pods that hides them from the selector by default',
      { podLabels: { 'app.kubernetes.io/instance': 'other' } },
      'podLabels["app.kubernetes.io/instance"]',
      /found by this label, with the value 'zk'/,
    ],
    [
      'a client Service with dots',
      { clientService: { name: 'zk.clients' } },
      'clientService.name',
      /starts with a letter/,
    ],
    [
      'a client Service called like the headless one',
      { clientService: { name: 'zk' } },
      'clientService.name',
      /headless Service has this name/,
    ],
    [
      'a client Service to no port',
      { ports: [], clientService: CLIENTS },
      'clientService.ports',
      /at least one port/,
    ],
    [
      'a client Service to a port of somebody else',
      {
        clientService: {
          ...CLIENTS,
          ports: [{ name: 'admin', port: 80, target: { name: 'admin', port: 8080 } }],
        },
      },
      'clientService.ports[0].target',
      /listens on client/,
    ],
    [
      'a client Service with one name twice',
      {
        clientService: {
          ...CLIENTS,
          ports: [80, 81].map((port) => ({ name: 'client', port, target: PORT })),
        },
      },
      'clientService.ports',
      /share neither name nor number/,
    ],
    [
      'a client Service with one number twice',
      {
        clientService: { ...CLIENTS, ports: ['a', 'b'].map((name) => ({ name, port: 80, target: PORT })) },
      },
      'clientService.ports',
      /share neither name nor number/,
    ],
    [
      'a client Service with a port beyond all',
      { clientService: { ...CLIENTS, ports: [{ name: 'client', port: 65536, target: PORT }] } },
      'clientService.ports[0].port',
      /from 1 to 65535/,
    ],
    [
      'a partition before the first ordinal',
      { update: { partition: -1 } },
      'update.partition',
      /is an ordinal/,
    ],
    ['half a partition', { update: { partition: 0.5 } }, 'update.partition', /is an ordinal/],
    ['a partition past the end', { update: { partition: 4 } }, 'update.partition', /is an ordinal/],
    ['parts of seconds', { minReady: Duration.millis(1500) }, 'minReady', /whole seconds/],
    ['half a revision', { revisionHistoryLimit: 0.5 }, 'revisionHistoryLimit', /whole number of at least 0/],
    ['an image without a tag', { image: 'registry.example:5000/zk' }, 'image', /names a tag or a digest/],
    ['a tag that moves', { image: 'zk:latest' }, 'image', /'latest' moves/],
    [
      'a secret as a plain value',
      { env: { ZK_PASSWORD: 'hunter2' } },
      'env.ZK_PASSWORD',
      /never a plain value/,
    ],
    ['a port twice', { ports: [PORT, { name: 'admin', port: 2181 }] }, 'ports', /do not share a number/],
    [
      'a request above its limit',
      { resources: { requests: { memory: '2Gi' }, limits: { memory: '2G' } } },
      'resources.requests.memory',
      /at most the limit, 2G/,
    ],
    [
      'no time to stop',
      { terminationGracePeriod: Duration.seconds(0) },
      'terminationGracePeriod',
      /at least 1/,
    ],
  ])('%s', (_, props, property, rule) => {
    expectProblem(build(props), { property, rule });
  });

  it.each<[string, string, Partial<ClaimTemplateProps>, string, RegExp]>([
    ['a name with capitals', 'Data', {}, 'volumes.Data.name', /DNS label/],
    ['no size', 'data', { size: Size.gibibytes(0) }, 'volumes.data.size', /has a size/],
    ['no access mode', 'data', { accessModes: [] }, 'volumes.data.accessModes', /how it is mounted/],
    [
      'a class with capitals',
      'data',
      { storageClassName: 'Fast' },
      'volumes.data.storageClassName',
      /DNS labels/,
    ],
  ])('a claim with %s', (_, name, props, property, rule) => {
    const volume = new ClaimTemplate(name, { size: Size.gibibytes(1), ...props });

    expectProblem(build({ mounts: [{ volume, path: '/data' }] }), { property, rule });
  });

  it.each([
    ['claim', new ClaimTemplate('data', { size: Size.gibibytes(2) })],
    ['volume', PodVolume.emptyDir('data')],
  ])('a claim and another %s of the same name', (_, volume) => {
    const claim = new ClaimTemplate('data', { size: Size.gibibytes(1) });
    const mounts = [
      { volume: claim, path: '/data' },
      { volume, path: '/log' },
    ];

    expectProblem(build({ mounts }), { property: 'volumes', rule: /do not share a name/ });
  });

  it('a chart without a namespace, of which its DNS names are made', () => {
    expectProblem(() => new StatefulStore(new Chart(new App(), 'system'), 'store', MINIMAL), {
      property: 'namespace',
      rule: /need to know the namespace/,
    });
  });
});

describe('what a store refuses', () => {
  const error = refusalOf(build({ name: 'Zk', replicas: 0, image: 'zk', minReady: Duration.millis(1) }));

  it('is in one error, with the path of the construct', () => {
    expect(error.subject).toBe('system/store');
    expect(error.problems.map(({ property }) => property)).toEqual([
      'replicas',
      'name',
      'serviceName',
      'minReady',
      'image',
    ]);
  });

  it.each([
    'system/store: 5 problems',
    'minReady = "0.001 s": this is whole seconds, at least 0',
    'use Duration.seconds(1)',
  ])('comes with place, value, rule and remedy: %s', (part) => {
    expect(error.message).toContain(part);
  });

  it.each([
    [1, 'set 3'],
    [2, 'set 3'],
    [4, 'set 5'],
    [4.5, 'set 5'],
  ])('tells a quorum of %d the next number of members that serves: %s', (replicas, remedy) => {
    const { problems } = refusalOf(build({ quorum: true, replicas }));

    expect(problems).toContainEqual(expect.objectContaining({ property: 'replicas', remedy }));
  });

  it('does not show a secret', () => {
    expect(refusalOf(build({ env: { ZK_PASSWORD: 'hunter2' } })).message).not.toContain('hunter2');
  });
});

it('accepts exactly the partitions from nobody left out to nobody updated', () => {
  const partitions = fc.record({
    replicas: fc.integer({ min: 1, max: 9 }),
    firstOrdinal: fc.integer({ min: 0, max: 5 }),
    partition: fc.integer({ min: -2, max: 20 }),
  });

  fc.assert(
    fc.property(partitions, ({ partition, ...props }) => {
      const fits = partition >= 0 && partition <= props.firstOrdinal + props.replicas;
      expect(isAccepted(build({ ...props, update: { partition } }))).toBe(fits);
    }),
  );
});

it('gives each pod a DNS label as a name, whatever is accepted', () => {
  const named = fc.record({
    name: fc.stringMatching(/^[a-z][a-z0-9-]{40,60}$/),
    replicas: fc.integer({ min: 1, max: 3 }),
    firstOrdinal: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 3 }),
  });
  const app = new App();
  let systems = 0;

  fc.assert(
    fc.property(named, (props) => {
      systems += 1;
      const scope = new SystemChart(app, `system-${systems}`, { namespace: 'ns' });
      const store = () => new StatefulStore(scope, 'store', { ...MINIMAL, ...props });
      fc.pre(isAccepted(store));
      for (const name of podNamesOf(resolveStore({ ...MINIMAL, ...props })))
        expect(name).toMatch(/^(?=.{1,63}$)[a-z]([a-z0-9-]*[a-z0-9])?$/);
    }),
  );
});

/** Tests of faults among objects: each rule with what it finds and what it must leave alone. */
import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import fc from 'fast-check';
import { App } from '../../lib';
import { crossObjectProblems } from '../../lib/verify/cross-object-rules';
import type { LocatedManifest, Manifest } from '../../lib/verify/manifest';

type Labels = Readonly<Record<string, string>>;

interface Located {
  readonly name: string;
  readonly namespace?: string;
}

interface Workload extends Located {
  readonly kind?: string;
  readonly labels?: Labels;
  readonly selector?: Labels;
}

interface Service extends Located {
  readonly selector?: Labels;
  readonly annotations?: Labels;
}

function located({ name, namespace = 'ns' }: Located, manifest: Omit<Manifest, 'metadata'>): LocatedManifest {
  return { constructPath: `app/${name}`, manifest: { ...manifest, metadata: { name, namespace } } };
}

function workload({ kind = 'StatefulSet', labels, selector, ...place }: Workload): LocatedManifest {
  const own = { app: place.name };
  return located(place, {
    apiVersion: 'apps/v1',
    kind,
    spec: {
      selector: { matchLabels: selector ?? own },
      template: { metadata: { labels: labels ?? own }, spec: { containers: [] } },
    },
  });
}

function service({ selector, annotations, ...place }: Service): LocatedManifest {
  const { constructPath, manifest } = located(place, {
    apiVersion: 'v1',
    kind: 'Service',
    spec: { ...(selector && { selector }) },
  });
  return {
    constructPath,
    manifest: { ...manifest, metadata: { ...manifest.metadata, ...(annotations && { annotations }) } },
  };
}

const db = workload({ name: 'db' });
const web = workload({ name: 'web' });

it('finds nothing in an app without faults, nor in an empty one', () => {
  expect(crossObjectProblems([])).toEqual([]);
  expect(crossObjectProblems([db, web, service({ name: 'db', selector: { app: 'db' } })])).toEqual([]);
});

it('stops an app that is rendered, with the constructs at fault', () => {
  const app = new App();
  for (const id of ['one', 'two']) {
    new k8s.KubeConfigMap(new Chart(app, id), 'config', { metadata: { name: 'same', namespace: 'ns' } });
  }
  new k8s.KubeService(new Chart(app, 'three'), 'service', {
    metadata: { name: 'db', namespace: 'ns' },
    spec: { selector: { app: 'db' } },
  });

  expect(() => app.render()).toThrow(
    'Synthesis failed: 2 problems\n' +
      '  [two/config] ConfigMap ns/same is also made by one/config: the one applied last wins. Rename one.\n' +
      '  [three/service] Service ns/db selects no pod of this app: {"app":"db"}. ' +
      'Correct spec.selector, or leave it out if something else writes the endpoints.',
  );
});

describe('an object that is made twice', () => {
  function object(apiVersion: string, kind: string, name: string, namespace?: string): LocatedManifest {
    const metadata = { name, ...(namespace !== undefined && { namespace }) };
    return { constructPath: `app/${apiVersion}`, manifest: { apiVersion, kind, metadata } };
  }

  it.each<[string, LocatedManifest, LocatedManifest]>([
    ['alike', object('v1', 'Secret', 'a', 'ns'), object('v1', 'Secret', 'a', 'ns')],
    ['in two versions of its API', object('apps/v1', 'X', 'a', 'ns'), object('apps/v1beta1', 'X', 'a', 'ns')],
    ['without a namespace', object('v1', 'Namespace', 'a'), object('v1', 'Namespace', 'a')],
  ])('is found: %s', (_, first, second) => {
    expect(crossObjectProblems([first, second])).toEqual([
      expect.stringMatching(
        /^\[app\/.*\] .* is also made by app\/.*: the one applied last wins\. Rename one\.$/,
      ),
    ]);
  });

  it.each<[string, LocatedManifest]>([
    ['another name', object('v1', 'Secret', 'b', 'ns')],
    ['another namespace', object('v1', 'Secret', 'a', 'other')],
    ['no namespace', object('v1', 'Secret', 'a')],
    ['another kind', object('v1', 'ConfigMap', 'a', 'ns')],
    ['another API', object('example.com/v1', 'Secret', 'a', 'ns')],
  ])('is not found in one with %s', (_, other) => {
    expect(crossObjectProblems([object('v1', 'Secret', 'a', 'ns'), other])).toEqual([]);
  });

  it('is found as often as it is made again, each time with the first that made it', () => {
    const problems = crossObjectProblems(['v1', 'v2', 'v3'].map((v) => object(`g/${v}`, 'X', 'a')));

    expect(problems).toEqual([
      '[app/g/v2] X a is also made by app/g/v1: the one applied last wins. Rename one.',
      '[app/g/v3] X a is also made by app/g/v1: the one applied last wins. Rename one.',
    ]);
  });
});

describe('a Service', () => {
  const RUNTIME = { 'cdk8s-ha/runtime-label': 'role' };

  it.each<[string, Service]>([
    ['another label', { name: 's', selector: { app: 'other' } }],
    ['one label too many', { name: 's', selector: { app: 'db', role: 'master' } }],
    ['pods of another namespace', { name: 's', namespace: 'other', selector: { app: 'db' } }],
    [
      'a runtime label and another that is wrong',
      { name: 's', selector: { app: 'x', role: 'm' }, annotations: RUNTIME },
    ],
    [
      'a runtime label that it does not name',
      { name: 's', selector: { app: 'db', role: 'm' }, annotations: { 'cdk8s-ha/runtime-label': 'mode' } },
    ],
  ])('selects nothing by %s', (_, props) => {
    expect(crossObjectProblems([db, service(props)])).toEqual([
      expect.stringMatching(/^\[app\/s\] Service \w+\/s selects no pod of this app: \{"app":/),
    ]);
  });

  it.each<[string, Service]>([
    ['all of its labels', { name: 's', selector: { app: 'db' } }],
    [
      'a label that is set while pods run',
      { name: 's', selector: { app: 'db', role: 'm' }, annotations: RUNTIME },
    ],
    ['nothing but such a label', { name: 's', selector: { role: 'm' }, annotations: RUNTIME }],
    ['nothing, since something else writes the endpoints', { name: 's' }],
    ['an empty selector, which is the same', { name: 's', selector: {} }],
  ])('is left alone if it selects by %s', (_, props) => {
    expect(crossObjectProblems([db, service(props)])).toEqual([]);
  });

  it('may select a pod that no workload made, and pods of a CronJob', () => {
    const pod: LocatedManifest = {
      constructPath: 'app/pod',
      manifest: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'pod', namespace: 'ns', labels: { app: 'pod' } },
        spec: { containers: [] },
      },
    };
    const template = { metadata: { labels: { app: 'job' } }, spec: { containers: [] } };
    const job = located(
      { name: 'job' },
      { apiVersion: 'batch/v1', kind: 'CronJob', spec: { jobTemplate: { spec: { template } } } },
    );
    const services = ['pod', 'job'].map((app) => service({ name: app, selector: { app } }));

    expect(crossObjectProblems([pod, job, ...services])).toEqual([]);
  });

  it('is compared by value, also when a label looks like a number', () => {
    const labels = { app: 'db', shard: '1' };
    const shard = JSON.parse('{"shard":1}') as Labels;

    expect(
      crossObjectProblems([workload({ name: 'db', labels }), service({ name: 's', selector: shard })]),
    ).toEqual([]);
  });
});

describe('a workload that selects the pods of another', () => {
  it('is found by name, with the selector', () => {
    const greedy = workload({
      name: 'greedy',
      selector: { tier: 'data' },
      labels: { tier: 'data', app: 'greedy' },
    });
    const other = workload({ name: 'other', labels: { tier: 'data', app: 'other' } });

    expect(crossObjectProblems([greedy, other])).toEqual([
      '[app/greedy] StatefulSet ns/greedy also selects the pods of app/other: {"tier":"data"}. ' +
        'Give each its own selector.',
    ]);
  });

  it('is found twice if each selects the other, also across kinds', () => {
    const alike = { labels: { app: 'x' }, selector: { app: 'x' } };

    expect(
      crossObjectProblems([
        workload({ name: 'a', ...alike }),
        workload({ name: 'b', kind: 'Deployment', ...alike }),
      ]),
    ).toHaveLength(2);
  });

  it.each<[string, Workload]>([
    ['in another namespace', { name: 'other', namespace: 'other', labels: { app: 'db' } }],
    ['with another value', { name: 'other', labels: { app: 'dbx' } }],
    ['without labels', { name: 'other', labels: {} }],
  ])('is not found if the pods are %s', (_, other) => {
    expect(crossObjectProblems([db, workload({ selector: { app: 'x' }, ...other })])).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['no selector, as a Job has', undefined],
    ['an empty one', {}],
    [
      'expressions, which are not read',
      { matchLabels: { app: 'db' }, matchExpressions: [{ key: 'a', operator: 'Exists' }] },
    ],
    ['labels without matchLabels, as a ReplicationController has', { app: 'db' }],
  ])('is not looked for with %s', (_, selector) => {
    const spec = { template: { metadata: { labels: { app: 'job' } }, spec: { containers: [] } }, selector };
    const other: Manifest = JSON.parse(
      JSON.stringify({ apiVersion: 'v1', kind: 'Job', metadata: { name: 'job', namespace: 'ns' }, spec }),
    ) as Manifest;

    expect(crossObjectProblems([db, { constructPath: 'app/job', manifest: other }])).toEqual([]);
  });

  it('is found exactly where comparing each with each finds it', () => {
    const labels = fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2'));
    const some = fc.array(fc.record({ labels, selector: labels, namespace: fc.constantFrom('x', 'y') }), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(some, some, (pods, services) => {
        const workloads = pods.map((props, index) => ({ ...props, name: `w${index}` }));
        const selects = (
          by: { selector: Labels; namespace: string },
          of: { labels: Labels; namespace: string },
        ): boolean =>
          by.namespace === of.namespace &&
          Object.keys(by.selector).length > 0 &&
          Object.entries(by.selector).every(([key, value]) => of.labels[key] === value);
        const shared = workloads.flatMap((one) =>
          workloads
            .filter((other) => other !== one && selects(one, other))
            .map((other) => `${one.name} ${other.name}`),
        );
        const idle = services.flatMap((props, index) =>
          Object.keys(props.selector).length > 0 && !workloads.some((pod) => selects(props, pod))
            ? [`s${index}`]
            : [],
        );
        const problems = crossObjectProblems([
          ...workloads.map(workload),
          ...services.map((props, index) => service({ ...props, name: `s${index}` })),
        ]);
        expect(problems.flatMap((text) => /^\[app\/(s\d+)\]/.exec(text)?.[1] ?? []).sort()).toEqual(
          idle.sort(),
        );
        expect(
          problems
            .flatMap(
              (text) => /^\[app\/(w\d+)\].*the pods of app\/(w\d+):/.exec(text)?.slice(1).join(' ') ?? [],
            )
            .sort(),
        ).toEqual(shared.sort());
      }),
      { numRuns: 300 },
    );
  });
});

/** Apps whose files are compared with those of stock cdk8s: a table of special cases, and random ones. */
import { ApiObject, Chart, JsonPatch, Lazy, type App as StockApp } from 'cdk8s';
import { Construct, DependencyGroup, type IConstruct } from 'constructs';
import fc from 'fast-check';

export type Build = (app: StockApp) => void;

export function configMap(scope: Construct, id: string): ApiObject {
  return new ApiObject(scope, id, { apiVersion: 'v1', kind: 'ConfigMap', data: { 'z-key': 'of', id } });
}

export function charts(scope: Construct, ...ids: string[]): void {
  for (const id of ids) group(new Chart(scope, id), 'one', 'two', 'three');
}

/** Puts objects into a construct. */
export function group<T extends Construct>(scope: T, ...ids: string[]): T {
  for (const id of ids) configMap(scope, id);
  return scope;
}

export function at(app: StockApp, path: string): IConstruct {
  return path.split('/').reduce((scope: IConstruct, id) => scope.node.findChild(id), app);
}

export function depend(app: StockApp, source: string, ...targets: string[]): void {
  at(app, source).node.addDependency(...targets.map((target) => at(app, target)));
}

export class ReversingChart extends Chart {
  override toJson(): unknown[] {
    const objects: unknown[] = super.toJson();
    return objects.reverse();
  }
}

export const APPS: [string, Build][] = [
  ['no charts', () => undefined],
  [
    'charts without dependencies',
    (app) => {
      charts(app, 'b', 'a', 'c');
    },
  ],
  [
    'an empty chart',
    (app) => {
      new Chart(app, 'empty');
    },
  ],
  [
    'dependencies between objects of a chart',
    (app) => {
      charts(app, 'a', 'b');
      depend(app, 'a/one', 'a/three', 'a/two');
      depend(app, 'b/three', 'b/two');
      depend(app, 'b/one', 'b/three');
    },
  ],
  [
    'objects that depend on all objects after them',
    (app) => {
      const objects = ['e', 'd', 'c', 'b', 'a'].map(configMap.bind(undefined, new Chart(app, 'chart')));
      for (const [index, object] of objects.entries())
        object.addDependency(...objects.slice(index + 1).reverse());
    },
  ],
  [
    'dependencies between charts',
    (app) => {
      charts(app, 'a', 'b', 'c');
      depend(app, 'a', 'c', 'b');
    },
  ],
  [
    'an object that depends on one of another chart',
    (app) => {
      charts(app, 'a', 'b', 'c');
      depend(app, 'a/two', 'c/three', 'b/two');
    },
  ],
  [
    'an object whose dependency brings a chart forward',
    (app) => {
      charts(app, 'a', 'b', 'c', 'd', 'e');
      new Chart(app, 'without-objects').addDependency(at(app, 'a'));
      depend(app, 'a/two', 'd');
      depend(app, 'e', 'b');
    },
  ],
  [
    'nested charts',
    (app) => {
      charts(app, 'outer', 'last');
      const inner = group(new Chart(group(new Chart(app, 'first'), 'object'), 'inner'), 'of-inner');
      group(new Chart(new Construct(inner, 'group'), 'innermost'), 'of-innermost');
    },
  ],
  [
    'a chart in a construct of a chart, that depends on objects around it',
    (app) => {
      const outer = group(new Chart(app, 'outer'), 'first', 'second', 'third');
      group(new Chart(new Construct(outer, 'group'), 'inner'), 'object');
      depend(app, 'outer/group/inner/object', 'outer/third', 'outer/first');
    },
  ],
  [
    'constructs that depend on constructs',
    (app) => {
      const chart = new Chart(app, 'chart');
      for (const id of ['front', 'back']) group(new Construct(chart, id), 'b', 'a');
      configMap(chart, 'alone');
      depend(app, 'chart/front', 'chart/back');
    },
  ],
  [
    'an object that depends on the construct around it, and a construct on an object in it',
    (app) => {
      const chart = new Chart(app, 'chart');
      for (const id of ['outwards', 'inwards']) group(new Construct(chart, id), 'a', 'b', 'c');
      depend(app, 'chart/outwards/a', 'chart/outwards');
      depend(app, 'chart/inwards', 'chart/inwards/b');
    },
  ],
  [
    'an object that depends on the construct around it, as an object outside does',
    (app) => {
      const chart = new Chart(app, 'chart');
      group(new Construct(chart, 'around'), 'a', 'b', 'c');
      group(chart, 'other', 'outside');
      depend(app, 'chart/around/b', 'chart/around');
      depend(app, 'chart/outside', 'chart/around');
    },
  ],
  [
    'an object in an object, and a group of dependencies',
    (app) => {
      const chart = group(new Chart(app, 'chart'), 'b', 'c');
      configMap(configMap(chart, 'a'), 'inner');
      depend(app, 'chart/a/inner', 'chart/c');
      at(app, 'chart/a').node.addDependency(new DependencyGroup(at(app, 'chart/c'), at(app, 'chart/b')));
    },
  ],
  [
    'ids that look like integers',
    (app) => {
      charts(app, 'x', '12', '7', '01', '4294967295');
      group(new Chart(app, '8'), '9', '10', 'a', '1');
      group(new Chart(new Construct(app, '3'), '5'), '2');
      depend(app, '3/5/2', '12');
      depend(app, '8/1', '8/a');
    },
  ],
  [
    'objects that were removed, and one made again, after others had come to depend on them',
    (app) => {
      charts(app, 'a', 'b');
      depend(app, 'a/one', 'a/two', 'b/one');
      at(app, 'b').node.tryRemoveChild('one');
      at(app, 'a').node.tryRemoveChild('two');
      const chart = at(app, 'a');
      if (chart instanceof Chart) configMap(chart, 'two');
    },
  ],
  [
    'late values, patches, and a namespace and labels from the chart',
    (app) => {
      const chart = new Chart(app, 'Weird_Chart.Id', { namespace: 'ns', labels: { app: 'x' } });
      const late: unknown = Lazy.any({ produce: () => ['b', { a: null, c: undefined }] });
      const object = new ApiObject(chart, 'object', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        data: { late, text: 'a\nb' },
      });
      object.addJsonPatch(JsonPatch.add('/data/on', 'yes'));
    },
  ],
  [
    'a chart that overrides toJson()',
    (app) => {
      charts(app, 'plain');
      group(new ReversingChart(app, 'reversing'), 'a', 'b', 'c');
    },
  ],
];

/** Apps with a circle, and the circle as it is named. */
export const CIRCLES: [string, Build, string][] = [
  [
    'objects',
    (app) => {
      charts(app, 'a');
      depend(app, 'a/one', 'a/three');
      depend(app, 'a/three', 'a/two');
      depend(app, 'a/two', 'a/one');
    },
    'a/one => a/three => a/two => a/one',
  ],
  [
    'charts',
    (app) => {
      charts(app, 'a', 'b');
      depend(app, 'a', 'b');
      depend(app, 'b', 'a');
    },
    'a => b => a',
  ],
  [
    'a chart and one that is nested in it',
    (app) => {
      charts(app, 'a');
      group(new Chart(group(new Chart(app, 'outer'), 'object'), 'inner'), 'object');
      depend(app, 'outer/inner/object', 'outer/object');
    },
    'outer => outer/inner => outer',
  ],
  [
    'objects through the constructs around them',
    (app) => {
      const chart = new Chart(app, 'chart');
      for (const id of ['front', 'back']) group(new Construct(chart, id), 'x', 'y');
      depend(app, 'chart/front', 'chart/back');
      depend(app, 'chart/back/y', 'chart/front/x');
    },
    'chart/back/y => chart/front/x => chart/back/y',
  ],
  [
    'two objects, each on the construct around both',
    (app) => {
      group(new Construct(new Chart(app, 'chart'), 'around'), 'a', 'b');
      depend(app, 'chart/around/a', 'chart/around');
      depend(app, 'chart/around/b', 'chart/around');
    },
    'chart/around/a => chart/around/b => chart/around/a',
  ],
];

export interface RandomApp {
  readonly nodes: readonly {
    readonly kind: 'chart' | 'construct' | 'object';
    readonly parent: number;
    readonly integerLike: boolean;
  }[];
  readonly dependencies: readonly { readonly ends: readonly [number, number]; readonly against: boolean }[];

  /** Whether most constructs depend on later ones, or most on earlier ones. Few apps have a circle then. */
  readonly onLater: boolean;
}

const anyIndex = fc.nat({ max: 1000 });
const rarely = fc.nat({ max: 19 }).map((number) => number === 0);

export const randomApp: fc.Arbitrary<RandomApp> = fc.record({
  nodes: fc.array(
    fc.record({
      kind: fc.constantFrom('chart', 'construct', 'object', 'object', 'object'),
      parent: anyIndex,
      integerLike: fc.boolean(),
    }),
    { maxLength: 20 },
  ),
  dependencies: fc.array(fc.record({ ends: fc.tuple(anyIndex, anyIndex), against: rarely }), {
    maxLength: 8,
  }),
  onLater: fc.boolean(),
});

export function buildRandom(app: StockApp, { nodes, dependencies, onLater }: RandomApp): void {
  const scopes: Construct[] = [app];
  const inCharts: Construct[] = [];
  for (const [index, { kind, parent, integerLike }] of nodes.entries()) {
    const scope = scopes[parent % scopes.length] ?? app;
    const id = integerLike ? String(99 - index) : `c${index}`;
    const inChart = inCharts.includes(scope);
    const construct = makeRandom(scope, id, kind === 'object' && !inChart ? 'chart' : kind);
    scopes.push(construct);
    if (inChart || Chart.isChart(construct)) inCharts.push(construct);
  }
  for (const { ends, against } of dependencies) {
    const places = ends.map((end) => end % Math.max(1, inCharts.length)).sort((a, b) => a - b);
    const [early, late] = places.map((place) => inCharts[place]);
    if (early === undefined || late === undefined || early === late) continue;
    if (onLater !== against) early.node.addDependency(late);
    else late.node.addDependency(early);
  }
}

function makeRandom(scope: Construct, id: string, kind: 'chart' | 'construct' | 'object'): Construct {
  if (kind === 'chart') return new Chart(scope, id);
  return kind === 'construct' ? new Construct(scope, id) : configMap(scope, id);
}

/** Compares our app with stock cdk8s, byte for byte, and checks what it does beyond stock. */
import { ApiObject, type AppProps, Chart, JsonPatch, App as StockApp, Testing, YamlOutputType } from 'cdk8s';
import { Construct } from 'constructs';
import fc from 'fast-check';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from '../../lib/synthesis/app';
import { synthesisOrder } from '../../lib/synthesis/order';
import {
  APPS,
  CIRCLES,
  type Build,
  ReversingChart,
  at,
  buildRandom,
  charts,
  configMap,
  depend,
  group,
  randomApp,
} from '../support/sample-apps';

let base: string;
let outputs: number;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'app-test-'));
  outputs = 0;
});

afterEach(() => {
  rmSync(base, { recursive: true });
});

function outdir(): string {
  outputs += 1;
  return join(base, String(outputs));
}

/** All files that an app of this class writes, by their path. */
function filesOf(appClass: typeof StockApp, build: Build, props: AppProps = {}): Record<string, string> {
  const app = new appClass({ ...props, outdir: outdir() });
  build(app);
  app.synth();
  const entries = readdirSync(app.outdir, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    paths.sort().map((path) => [path.slice(app.outdir.length + 1), readFileSync(path, 'utf8')]),
  );
}

function failureOf(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('The action did not fail');
}

describe('the files of an app', () => {
  it.each(APPS)('are those of stock for %s', (_, build) => {
    expect(filesOf(App, build)).toStrictEqual(filesOf(StockApp, build));
  });

  it.each(APPS)('include the construct metadata of stock for %s', (_, build) => {
    const props: AppProps = { recordConstructMetadata: true, outputFileExtension: '.yaml' };
    const files = filesOf(App, build, props);
    expect(files).toStrictEqual(filesOf(StockApp, build, props));
    expect(files).toHaveProperty(['construct-metadata.json']);
  });

  it.each([
    ['the whole app', YamlOutputType.FILE_PER_APP],
    ['each resource', YamlOutputType.FILE_PER_RESOURCE],
    ['each resource, in a folder for each chart', YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE],
  ])('are those of stock with a file for %s', (_, yamlOutputType) => {
    const build = (app: StockApp): void => {
      charts(app, 'a', 'b');
      depend(app, 'a', 'b');
    };
    expect(filesOf(App, build, { yamlOutputType })).toStrictEqual(
      filesOf(StockApp, build, { yamlOutputType }),
    );
  });

  it('are those of stock, or fail as in stock, for any tree with any dependencies', () => {
    fc.assert(
      fc.property(randomApp, (description) => {
        const build = (app: StockApp): void => {
          buildRandom(app, description);
        };
        expect(outcome(App, build)).toStrictEqual(outcome(StockApp, build));
      }),
      { numRuns: 300 },
    );
  });
});

describe('rendering', () => {
  it('gives the files that synth() writes, each with its objects and their construct paths, and writes nothing', () => {
    const app = new App({ outdir: outdir() });
    group(new Chart(app, 'a'), 'one', 'two');
    const [file, ...others] = app.render();
    expect(others).toStrictEqual([]);
    expect(file?.path).toBe('a.k8s.yaml');
    expect(file?.objects.map(({ constructPath, manifest }) => [constructPath, manifest.kind])).toStrictEqual([
      ['a/one', 'ConfigMap'],
      ['a/two', 'ConfigMap'],
    ]);
    expect(existsSync(app.outdir)).toBe(false);
    app.synth();
    expect(readFileSync(join(app.outdir, 'a.k8s.yaml'), 'utf8')).toBe(file?.content);
  });

  it('attributes the objects of a chart that overrides toJson() to the chart', () => {
    const app = new App();
    group(new ReversingChart(app, 'reversing'), 'a', 'b');
    expect(
      app.render().flatMap(({ objects }) => objects.map(({ constructPath }) => constructPath)),
    ).toStrictEqual(['reversing', 'reversing']);
  });

  it('adds no dependencies to the app, and gives the same files again', () => {
    const app = new App();
    charts(app, 'a', 'b');
    depend(app, 'a/one', 'b/two');
    const files = app.render();
    expect(app.node.findAll().flatMap(({ node }) => node.dependencies)).toStrictEqual([at(app, 'b/two')]);
    expect(app.render()).toStrictEqual(files);
  });

  it('leaves toJson() and Testing.synth() of a chart as they are, before and after', () => {
    const app = new App();
    charts(app, 'a', 'b');
    depend(app, 'a/one', 'a/two');
    const [rendered] = app.render();
    const chart = at(app, 'a');
    const json: unknown = chart instanceof Chart ? Testing.synth(chart) : undefined;
    expect(json).toStrictEqual(rendered?.objects.map(({ manifest }) => manifest));
    expect(app.render()[0]).toStrictEqual(rendered);
  });

  it('validates each construct once and renders each object once, however many charts there are', () => {
    const app = new App();
    charts(app, 'a', 'b', 'c');
    let validations = 0;
    let renderings = 0;
    for (const construct of app.node.findAll()) {
      construct.node.addValidation({ validate: () => ((validations += 1), []) });
      if (!(construct instanceof ApiObject)) continue;
      const toJson = construct.toJson.bind(construct);
      construct.toJson = (): unknown => ((renderings += 1), toJson());
    }
    app.render();
    expect({ validations, renderings }).toStrictEqual({ validations: 13, renderings: 9 });
  });

  it('sorts a chain of dependencies that is deeper than the call stack', () => {
    const chart = new Chart(new App(), 'chart');
    const objects = Array.from({ length: 20_000 }, (_, index) => configMap(chart, `object-${index}`));
    for (const [index, object] of objects.entries())
      object.addDependency(...objects.slice(index + 1, index + 2));
    expect(synthesisOrder(chart).charts[0]?.objects).toStrictEqual(objects.reverse());
  });
});

describe('an app that is wrong', () => {
  it.each(CIRCLES)('names the circle of %s, which stock refuses, too', (_, build, circle) => {
    const app = new App();
    build(app);
    expect(failureOf(() => app.render()).message).toBe(
      `Synthesis failed: 1 problem\n  Dependency cycle: ${circle}. Remove one of these dependencies.`,
    );
    expect(() => filesOf(StockApp, build)).toThrow('Dependency cycle detected');
  });

  it('refuses a construct that depends on itself, whose object stock leaves out without a word', () => {
    const build = (app: StockApp): void => {
      charts(app, 'a');
      depend(app, 'a/one', 'a/one');
    };
    expect(() => filesOf(App, build)).toThrow('Dependency cycle: a/one => a/one.');
    expect(filesOf(StockApp, build)['a.k8s.yaml']).not.toContain('id: one');
  });

  it.each([
    ['begins', 'outside', 'a/one'],
    ['ends', 'a/one', 'outside'],
  ])('names a dependency that %s outside all charts', (_, source, target) => {
    const app = new App();
    new Construct(app, 'outside');
    charts(app, 'a');
    depend(app, source, target);
    expect(() => app.render()).toThrow(
      `Dependency of '${source}' on '${target}': 'outside' is in no chart, so no file can be put in order.`,
    );
  });

  it('reports failed validations and faults across objects together, and writes nothing', () => {
    const app = new App({ outdir: outdir() });
    for (const id of ['a', 'b']) {
      const chart = new Chart(app, id);
      chart.node.addValidation({
        validate: () => ['first', 'second'].map((word) => `${word} fault of ${id}`),
      });
      new ApiObject(chart, 'same', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'same' } });
    }
    app.node.addValidation({ validate: () => ['the app itself'] });
    const lines = failureOf(() => {
      app.synth();
    }).message.split('\n');
    expect(lines.slice(0, -1)).toStrictEqual([
      'Synthesis failed: 6 problems',
      '  the app itself',
      '  [a] first fault of a',
      '  [a] second fault of a',
      '  [b] first fault of b',
      '  [b] second fault of b',
    ]);
    expect(lines.at(-1)).toMatch(/^ {2}\[b\/same\] .*a\/same.* \[duplicate-object\]$/);
    expect(existsSync(app.outdir)).toBe(false);
  });

  it('reports failed validations together with a circle', () => {
    const app = new App();
    charts(app, 'a');
    depend(app, 'a/one', 'a/one');
    at(app, 'a').node.addValidation({ validate: () => ['a fault'] });
    expect(() => app.render()).toThrow(
      /^Synthesis failed: 2 problems\n {2}\[a\] a fault\n {2}Dependency cycle/,
    );
  });

  it('reports every object that does not render, with the first failure as the cause', () => {
    const app = new App();
    charts(app, 'a');
    const failure = new Error('not now');
    for (const id of ['one', 'three']) {
      const object = at(app, `a/${id}`);
      if (object instanceof ApiObject) object.toJson = () => fail(failure);
    }
    const error = failureOf(() => app.render());
    expect(error.message).toBe('Synthesis failed: 2 problems\n  [a/one] not now\n  [a/three] not now');
    expect(error.cause).toBe(failure);
  });

  it.each(['apiVersion', 'kind', 'metadata'])('reports an object whose %s was patched away', (field) => {
    const app = new App();
    configMap(new Chart(app, 'a'), 'object').addJsonPatch(JsonPatch.remove(`/${field}`));
    expect(() => app.render()).toThrow('[a/object] The rendered object has no apiVersion, kind or metadata.');
  });
});

function fail(error: Error): never {
  throw error;
}

function outcome(appClass: typeof StockApp, build: Build): Record<string, string> | 'a circle' {
  try {
    return filesOf(appClass, build);
  } catch (error) {
    if (error instanceof Error && error.message.includes('Dependency cycle')) return 'a circle';
    throw error;
  }
}

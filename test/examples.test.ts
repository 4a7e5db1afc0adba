/** The examples in doc comments and in the README: they compile, and they synthesize. */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import * as ts from 'typescript';
import type { Manifest } from '../lib/verify/manifest';

const PROJECT = join(__dirname, '..');
const GENERATED = join(PROJECT, '.cache', 'examples', 'examples.ts');

/** What the examples take for granted: an app with a chart, and a MetaService for the clients' example. */
const PRELUDE = `
import { Size } from 'cdk8s';
import * as lib from '../../lib';
const { App, AppCheck, ClaimTemplate, Hugepages, LeaderElectedService, LocalClientFleet, MetaServiceHA } = lib;
const { Standby, StatefulStore, SystemChart, Transport } = lib;
type Run = () => ReturnType<lib.App['render']>;
export const examples: Record<string, Run> = {};
`;

function wrapped(name: string, source: string): string {
  const setUp = `
  const app = new App();
  const chart = new SystemChart(app, 'system', { namespace: 'ns-system' });
  const images = { image: 'registry.example/memcache:1.0.0', runtimeImage: 'registry.example/cdk8s-ha-runtime:0.1.0' };
  const memcache = chart;
  const meta = ${source.includes('new MetaServiceHA(') ? 'undefined' : "new MetaServiceHA(chart, 'meta', images)"};
  void [chart, memcache, meta];`;
  return `examples[${JSON.stringify(name)}] = () => {${setUp}\n  {\n${source}\n  }\n  return app.render();\n};\n`;
}

/** Every `ts` block of a file, without the leading stars of a doc comment. */
function blocksOf(file: string): string[] {
  const text = readFileSync(file, 'utf8').replace(/^ \* ?/gm, '');
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
}

const sources = [
  join(PROJECT, 'README.md'),
  ...readdirSync(join(PROJECT, 'lib'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(PROJECT, 'lib', path))
    .sort(),
];
const blocks = sources.flatMap((file) =>
  blocksOf(file).map((block) => [relative(PROJECT, file), block] as const),
);

beforeAll(() => {
  mkdirSync(dirname(GENERATED), { recursive: true });
  writeFileSync(GENERATED, PRELUDE + blocks.map(([file, block]) => wrapped(file, block)).join('\n'));
});

afterAll(() => {
  rmSync(dirname(GENERATED), { recursive: true });
});

test('the constructs that a user begins with have an example', () => {
  expect(blocks.map(([file]) => file)).toEqual([
    'README.md',
    'lib/leader/leader-elected-service.ts',
    'lib/systems/memcache/local-client-fleet.ts',
    'lib/systems/memcache/meta-service-ha.ts',
    'lib/workload/stateful-store.ts',
  ]);
});

test('the examples compile', () => {
  const { config } = ts.readConfigFile(join(PROJECT, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, PROJECT);
  const program = ts.createProgram([GENERATED], { ...options, noEmit: true, noUnusedLocals: false });
  const messages = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText);

  expect(messages).toEqual([]);
});

test.each(blocks)('the example of %s synthesizes its workload', async (file) => {
  const { examples } = (await import(GENERATED)) as {
    examples: Record<string, () => { objects: { manifest: Manifest }[] }[]>;
  };
  const kinds = examples[file]?.().flatMap(({ objects }) => objects.map(({ manifest }) => manifest.kind));

  expect(kinds).toContain('StatefulSet');
});

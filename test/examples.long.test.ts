/** The examples in doc comments and in the README: they compile, and they synthesize. */
import * as cdk8s from 'cdk8s';
import { Construct } from 'constructs';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import * as ts from 'typescript';
import * as lib from '../lib';

const PROJECT = join(__dirname, '..');
const GENERATED = join(PROJECT, '.cache', 'examples', 'examples.ts');

/** What the examples take for granted: an example that uses one of these names and does not declare it is given this. */
const GRANTED: readonly (readonly [name: string, value: string])[] = [
  ['app', 'new App()'],
  ['chart', "new SystemChart(app, 'system', { namespace: 'ns-system' })"],
  ['memcache', "new SystemChart(app, 'memcache', { namespace: 'ns-memcache' })"],
  ['runtimeImage', "'registry.example/cdk8s-ha-runtime:0.1.0'"],
  ['meta', "new MetaServiceHA(memcache, 'meta', { image: 'registry.example/memcache:1.0.0', runtimeImage })"],
];

interface Example {
  /** Relative to the project. */
  readonly file: string;
  readonly source: string;
}

/** Every `ts` block of a file, without the leading stars of a doc comment. */
function examplesIn(path: string): readonly Example[] {
  const text = readFileSync(path, 'utf8').replace(/^ \* ?/gm, '');
  const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)];
  return blocks.map(([, source = '']) => ({ file: relative(PROJECT, path), source }));
}

const libraryFiles = readdirSync(join(PROJECT, 'lib'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => join(PROJECT, 'lib', path))
  .sort();
const examples = [join(PROJECT, 'README.md'), ...libraryFiles].flatMap(examplesIn);

/** Everything that a user can import; of two with one name the library's. */
function imports(): string {
  const ours = Object.keys(lib);
  const theirs = Object.keys(cdk8s).filter((name) => !ours.includes(name));
  return `import { ${theirs.join(', ')} } from 'cdk8s';\nimport { ${ours.join(', ')} } from '../../lib';\n`;
}

/** The declarations of what the source takes for granted, and of what these do. */
function grantedTo(source: string): string {
  return GRANTED.reduceRight((declared, [name, value]) => {
    const code = (declared + source).replace(/'[^'\n]*'|\/\/.*$/gm, '');
    const isUsed = new RegExp(`\\b${name}\\b`).test(code);
    const isDeclared = new RegExp(`\\bconst ${name}\\b`).test(code);
    return isUsed && !isDeclared ? `const ${name} = ${value};\n${declared}` : declared;
  }, 'app;\n');
}

/** Two functions: the second one lacks the example itself. */
function asFunctions({ source }: Example): string {
  const functionOf = (body: string) => `() => {\n${grantedTo(source)}${body}\nreturn app.render();\n}`;
  return `[${functionOf(source)}, ${functionOf('')}]`;
}

beforeAll(() => {
  mkdirSync(dirname(GENERATED), { recursive: true });
  const functions = examples.map(asFunctions).join(',\n');
  writeFileSync(GENERATED, `${imports()}export const examples = [\n${functions}\n];\n`);
});

afterAll(() => {
  rmSync(dirname(GENERATED), { recursive: true });
});

/** All that a user may begin with; the app is granted. */
const constructs = Object.entries<unknown>(lib).flatMap(([name, value]) => {
  const made: unknown = typeof value === 'function' ? value.prototype : undefined;
  return made instanceof Construct && !(made instanceof cdk8s.App) ? [name] : [];
});

test.each(constructs)('%s has an example where it is declared', (name) => {
  const own = examplesIn(
    libraryFiles.find((file) => readFileSync(file, 'utf8').includes(`export class ${name} `)) ?? '',
  );

  expect(own.map(({ source }) => source).join('\n')).toContain(`new ${name}(`);
});

test('the README begins with one', () => {
  expect(examples[0]?.file).toBe('README.md');
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

test.each(examples.map(({ file }, index) => [file, index] as const))(
  'the example of %s synthesizes objects of its own',
  async (_, index) => {
    type Run = () => readonly lib.RenderedFile[];
    const generated = (await import(GENERATED)) as { examples: readonly (readonly [Run, Run])[] };
    const [whole, granted] = generated.examples[index] ?? [];
    const count = (run?: Run) => run?.().flatMap(({ objects }) => objects).length ?? 0;

    expect(count(whole)).toBeGreaterThan(count(granted));
  },
);

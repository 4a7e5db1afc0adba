/** The recipes of CONTRIBUTING.md ("Add a …"), each followed literally in a copy: it compiles, and its own tests pass. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');
const COPY = join(ROOT, '.cache/recipes');
const COPIED = [
  'lib',
  'imports',
  'runtime',
  'cluster',
  'config',
  'test/support',
  'tsconfig.json',
  'jest.config.js',
];

interface Step {
  /** What the step is about, in the order in which it says so. */
  readonly files: readonly string[];
  readonly blocks: readonly { readonly kind: string; readonly text: string }[];
}

const recipes = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8')
  .split(/^## /m)
  .filter((section) => section.startsWith('Add a '))
  .map((section) => [section.slice(0, section.indexOf('\n')), stepsOf(section)] as const);

function stepsOf(section: string): Step[] {
  const items = section.split(/^\d+\. /m).slice(1);
  return items.map((item) => {
    const [said = ''] = item.split('```');
    const files = [...said.matchAll(/\]\(([\w./-]+)\)|^`([\w./-]+\.ts)`/g)].map(
      ([, link, path]) => link ?? path ?? '',
    );
    const blocks = [...item.matchAll(/^ {3}(`{3,})(\w+)\n([^]*?)^ {3}\1$/gm)].map(
      ([, , kind = '', text = '']) => ({
        kind,
        text: text.replace(/^ {3}/gm, ''),
      }),
    );
    return { files, blocks };
  });
}

/** Each block in the file that its step names: one for all blocks, or one for each. */
function follow({ files, blocks }: Step): void {
  blocks.forEach(({ kind, text }, index) => {
    const file = join(COPY, files[index] ?? files[0] ?? '');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, kind === 'diff' ? changed(readFileSync(file, 'utf8'), text) : text);
  });
}

/** A file after a change whose lines without a plus are there once. */
function changed(text: string, change: string): string {
  const lines = change.split('\n').slice(0, -1);
  const without = lines.filter((line) => !line.startsWith('+')).map((line) => `${line.slice(1)}\n`);
  const [before, after, ...others] = text.split(without.join(''));
  if (before === undefined || after === undefined || others.length > 0)
    throw new Error(`not once there:\n${change}`);
  return before + lines.map((line) => `${line.slice(1)}\n`).join('') + after;
}

/** What a program prints if it fails. */
function complaintOf(program: string, ...options: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules', program), ...options],
    {
      cwd: COPY,
      encoding: 'utf8',
    },
  );
  return status === 0 ? '' : stdout + stderr;
}

beforeAll(() => {
  rmSync(COPY, { recursive: true, force: true });
  for (const path of COPIED) cpSync(join(ROOT, path), join(COPY, path), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(COPY, 'node_modules'));
  for (const [, steps] of recipes) steps.forEach(follow);
});

afterAll(() => {
  if (process.env['KEEP'] === undefined) rmSync(COPY, { recursive: true });
});

test('there is one for a system, a rule and a prop', () => {
  expect(recipes.map(([title]) => title).sort()).toEqual(['Add a prop', 'Add a rule', 'Add a system']);
});

test('what they add compiles', () => {
  expect(complaintOf('typescript/bin/tsc', '--noEmit', '--incremental', 'false')).toBe('');
});

test.each(recipes)('the tests of "%s" pass', (_, steps) => {
  const tests = steps.flatMap(({ files }) => files).filter((file) => file.endsWith('.test.ts'));

  expect(tests).toHaveLength(1);
  expect(complaintOf('jest/bin/jest.js', '--runTestsByPath', ...tests)).toBe('');
});

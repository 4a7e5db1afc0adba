/** The second try of CI, with a project of its own whose tests fail as they are told to. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const SCRIPT = resolve('scripts/try-twice.mjs');
const JEST = resolve('node_modules/jest/bin/jest.js');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'try-twice-test-'));
  const scripts = { check: `node ${JEST} --rootDir . --cacheDirectory cache` };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts, jest: {} }));
  write('passes', "console.log('PASSING RUN')");
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A file with one test. */
function write(name: string, body: string): void {
  writeFileSync(join(folder, `${name}.test.js`), `test('${name}', () => { ${body} });`);
}

/** Body of a test that fails the first so many times. */
function failing(times: number, message: string): string {
  return `
    const fs = require('node:fs');
    const done = fs.existsSync('count') ? fs.readFileSync('count', 'utf8').length : 0;
    fs.writeFileSync('count', 'x'.repeat(done + 1));
    if (done < ${times}) throw new Error('${message}');`;
}

function tryTwice(): Promise<{ readonly status: number; readonly output: string }> {
  return new Promise((done) => {
    const child = execFile('node', [SCRIPT, 'check'], { cwd: folder }, (_, stdout, stderr) =>
      done({ status: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });
}

it('runs the script once when all tests pass', async () => {
  const { status, output } = await tryTwice();

  expect(status).toBe(0);
  expect(output).not.toContain('tried once more');
});

it('runs what failed once more, and passes when that passes', async () => {
  write('flaky', failing(1, 'too slow'));

  const { status, output } = await tryTwice();

  expect(status).toBe(0);
  expect(output).toContain('too slow');
  expect(output).toMatch(/tried once more:\n\S*\/flaky\.test\.js\n/);
  expect(output.match(/PASSING RUN/g)).toHaveLength(1);
});

it('fails when it fails twice', async () => {
  write('broken', failing(2, 'wrong'));

  expect((await tryTwice()).status).toBe(1);
});

it.each([
  'Two leaders at once: a and b',
  'A former leader answered: a',
  'not so after 180 s: the client reads every key that it has put',
  'Property failed after 3 tests',
])('forgives no broken promise: %s', async (message) => {
  write('violated', failing(1, message));

  const { status, output } = await tryTwice();

  expect(status).toBe(1);
  expect(output).not.toContain('tried once more');
});

it('fails when no test ran', async () => {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts: { check: 'exit 3' } }));

  const { status, output } = await tryTwice();

  expect(status).toBe(3);
  expect(output).not.toContain('tried once more');
});

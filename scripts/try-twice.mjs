/**
 * Runs an npm script that ends in jest; test files that failed run once more, one after the other, and that decides. On
 * a busy machine a test may lose its patience without anything being wrong. A promise that is broken once is broken: what
 * says so, with the words of NEVER, is not tried again. A property that failed would pass with the next seed.
 *
 * Usage: node scripts/try-twice.mjs SCRIPT
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NEVER = [
  'Two leaders at once',
  'A former leader answered',
  'the client reads every key that it has put',
  'Property failed after',
];

/** The files that failed, each with its messages. A run without a result has none. */
function failuresIn(file) {
  try {
    const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
    return testResults.filter(({ status }) => status === 'failed');
  } catch {
    return [];
  }
}

function run(script, ...args) {
  return spawnSync('npm', ['run', script, '--', ...args], { stdio: 'inherit' }).status ?? 1;
}

function tryTwice(script, folder) {
  const results = join(folder, 'results.json');
  const status = run(script, '--json', `--outputFile=${results}`);
  if (status === 0) return 0;
  const failures = failuresIn(results);
  const forgiven = failures.every(({ message }) => !NEVER.some((words) => message.includes(words)));
  if (failures.length === 0 || !forgiven) return status;
  const files = failures.map(({ name }) => name);
  console.log(`\n== Failed, and tried once more:\n${files.join('\n')}\n`);
  return run(script, '--runInBand', '--runTestsByPath', ...files);
}

const [script] = process.argv.slice(2);
if (script === undefined) throw new Error('Usage: node scripts/try-twice.mjs SCRIPT');
const folder = mkdtempSync(join(tmpdir(), 'try-twice-'));
try {
  process.exitCode = tryTwice(script, folder);
} finally {
  rmSync(folder, { recursive: true });
}

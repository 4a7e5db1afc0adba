/**
 * Which small changes to gate.sh its tests notice, in some shell: `gate.ts [FIRST-LAST]`, those lines or all of them.
 *
 * The changed script stands in a copy of what the tests need: a run that is broken off leaves the real one as it is. Its
 * processes have a namespace of their own: a gate that takes itself for the first process kills all that it can reach.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AS_PROCESS_1 } from '../../cluster/processes/programs';
import { type Mutant, mutantsOf } from './gate-mutants';

const GATE = 'lib/leader/gate.sh';
const FIRST_FAILURE = './test/mutation/first-failure.mjs';
const NEEDED = [GATE, 'cluster', 'test/leader', 'test/support', 'jest.config.js', FIRST_FAILURE];
const COPY = resolve('.cache/mutation/gate');

/** As the tests name them; `bash` is both of its kinds. */
const SHELLS = ['dash', 'bash', 'busybox sh'] as const;

/** The tests mostly wait. What hangs is not waited for as long as on a machine that may be busy. */
const AT_ONCE = ['--maxWorkers=4', '--testTimeout=20000'];
const PATIENCE = { TEST_PATIENCE_MS: '8000' };

/** A first process collects what others leave behind, which jest does not. */
const COLLECTING = ['sh', '-c', '"$@"; exit $?', 'sh'];

/** A change that makes the tests hang is noticed as well. */
const LONGEST_RUN_MS = 300_000;

/** Percent; a lower score is a failure. */
const LEAST = 90;

function copyNeeded(): void {
  rmSync(COPY, { recursive: true, force: true });
  mkdirSync(COPY, { recursive: true });
  for (const path of NEEDED) cpSync(path, join(COPY, path), { recursive: true });
  symlinkSync(resolve('node_modules'), join(COPY, 'node_modules'));
}

/** The first test of this shell that fails with the script, and why; undefined if none does. */
function failure(script: string, shell: string): string | undefined {
  writeFileSync(join(COPY, GATE), script);
  const tests = ['test/leader/gate\\.', '-t', `gate in ${shell}`, ...AT_ONCE, '--env', FIRST_FAILURE];
  const env = { ...process.env, ...PATIENCE, NOTICED: join(COPY, 'noticed') };
  const options = { cwd: COPY, env, timeout: LONGEST_RUN_MS, killSignal: 'SIGKILL' } as const;
  writeFileSync(env.NOTICED, '');
  const jest = [process.execPath, 'node_modules/jest/bin/jest.js', ...tests];
  const [program = '', ...words] = [...AS_PROCESS_1, ...COLLECTING, ...jest];
  const { status } = spawnSync(program, words, options);
  if (status === 0) return undefined;
  const [first = ''] = readFileSync(env.NOTICED, 'utf8').split('\n');
  return first === '' ? 'no test, but their run ended' : first;
}

/** What the first shell says whose tests fail. */
function firstFailure(script: string): string | undefined {
  for (const shell of SHELLS) {
    const why = failure(script, shell);
    if (why !== undefined) return `${shell}: ${why}`;
  }
  return undefined;
}

/** Whether it is a script at all. */
function isScript({ script }: Mutant): boolean {
  return spawnSync('dash', ['-n'], { input: script }).status === 0;
}

function isWithin({ line }: Mutant, lines: string): boolean {
  const [first = 1, last = Infinity] = lines === '' ? [] : lines.split('-').map(Number);
  return line >= first && line <= last;
}

function main([lines = '']: readonly string[]): number {
  copyNeeded();
  const script = readFileSync(GATE, 'utf8');
  const why = firstFailure(script);
  if (why !== undefined) throw new Error(`without a change the tests of the gate fail in ${why}`);
  const mutants = mutantsOf(script).filter((each) => isWithin(each, lines) && isScript(each));
  const survivors = mutants.filter((mutant) => {
    const noticed = firstFailure(mutant.script);
    console.log(`${GATE}:${mutant.line} ${mutant.change}\n    ${noticed ?? 'SURVIVED'}`);
    return noticed === undefined;
  });
  const noticed = mutants.length - survivors.length;
  const score = (100 * noticed) / mutants.length;
  console.log(`${noticed} of ${mutants.length} noticed: ${score.toFixed(1)} %`);
  return score >= LEAST ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));

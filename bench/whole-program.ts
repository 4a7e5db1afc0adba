/** How long the program takes from its start to its end, against a process that only loads the libraries. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { middleOf, printRow } from './table';

const RUNS = 11;

/** This file runs from .cache/program/bench. */
const ROOT = join(__dirname, '..', '..', '..');

const PROGRAM = ['scripts/run-typescript.mjs', 'main.ts', '--check'];
const LIBRARIES = ['-e', "require('cdk8s'); require('cdk8s-plus-27')"];

export function benchWholeProgram(): void {
  if (!existsSync(join(ROOT, 'main.ts'))) {
    console.log('\nWhole program: skipped, for there is no main.ts.');
    return;
  }
  const times = Array.from({ length: RUNS }, () => ({
    program: secondsOf(PROGRAM),
    libraries: secondsOf(LIBRARIES),
  }));
  const program = middleOf(times, (time) => time.program).program;
  const libraries = middleOf(times, (time) => time.libraries).libraries;
  console.log(`\nWhole program, median of ${RUNS} runs in turn:`);
  printRow(['seconds', '']);
  printRow([program.toFixed(3), `node ${PROGRAM.join(' ')}`]);
  printRow([libraries.toFixed(3), `node ${LIBRARIES.join(' ')}`]);
  printRow([(program / libraries).toFixed(2), 'times as long']);
}

function secondsOf(args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`node ${args.join(' ')} fails, so its time says nothing:\n${stderr}`);
  return seconds;
}

/** Time and memory of synthesis against the number of groups, for our `App` and for stock cdk8s. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Engine } from './synth-worker';
import { middleOf, printRow } from './table';
import { benchWholeProgram } from './whole-program';

const SIZES = [10, 100, 1000, 5000];
const REFERENCE_SIZE = 100;
const LARGEST_REPEATED: Readonly<Record<Engine, number>> = { ours: 1000, stock: 100 };

interface Measurement {
  /** Seconds. */
  readonly build: number;

  /** Seconds. */
  readonly synth: number;

  /** Largest resident memory, in MiB. */
  readonly peak: number;

  /** Digest of all files. */
  readonly files: string | undefined;
}

/** A run ends, or is stopped after a number of seconds, or fails. */
type Outcome = Measurement | { readonly moreThan: number } | { readonly failure: string };

type Results = ReadonlyMap<number, Readonly<Record<Engine, Outcome>>>;

export function benchSynth(args: string[]): void {
  const { values } = parseArgs({
    args,
    options: { limit: { type: 'string', default: '600' }, runs: { type: 'string', default: '3' } },
  });
  const [limit, runs] = [Number(values.limit), Number(values.runs)];
  if (!(limit > 0 && Number.isInteger(runs) && runs > 0)) {
    console.error('--limit takes seconds, more than 0; --runs takes a whole number, 1 or more.');
    process.exitCode = 2;
    return;
  }
  console.log(
    'A group is a chart with a MetaServiceHA. Each run has its own process. Total: build and synthesis.\n',
  );
  printRow(['groups', 'engine', 'runs', 'build s', 'synth s', 'total s', 'peak MiB', 'ms/group']);
  const results = new Map(
    SIZES.map((groups) => {
      const [ours, stock] = [measure(groups, 'ours', runs, limit), measure(groups, 'stock', runs, limit)];
      return [groups, { ours, stock }];
    }),
  );
  printComparison(results);
  benchWholeProgram();
}

function measure(groups: number, engine: Engine, runs: number, limit: number): Outcome {
  const times = groups <= LARGEST_REPEATED[engine] ? runs : 1;
  const outcome = middleRun(times, () => runWorker(groups, engine, limit));
  printRow([groups, engine, times, ...describe(outcome, groups)]);
  return outcome;
}

/** The middle one of all runs, or the first one that did not end. */
function middleRun(times: number, run: () => Outcome): Outcome {
  const measurements: Measurement[] = [];
  while (measurements.length < times) {
    const outcome = run();
    if (!isMeasurement(outcome)) return outcome;
    measurements.push(outcome);
  }
  return middleOf(measurements, totalOf);
}

function runWorker(groups: number, engine: Engine, limit: number): Outcome {
  const outdir = mkdtempSync(join(tmpdir(), 'bench-synth-'));
  const worker = [join(__dirname, 'synth-worker.js'), engine, String(groups), outdir];
  const { error, status, stdout, stderr } = spawnSync(process.execPath, worker, {
    encoding: 'utf8',
    timeout: limit * 1000,
    killSignal: 'SIGKILL',
  });
  rmSync(outdir, { recursive: true });
  if (error !== undefined && 'code' in error && error.code === 'ETIMEDOUT') return { moreThan: limit };
  if (status !== 0)
    return { failure: /^.*\b(?:\w*Error|FATAL ERROR)\b.*$/m.exec(stderr)?.[0] ?? stderr.trim() };
  const [build, synth, peak, files] = stdout.split(' ');
  return { build: Number(build), synth: Number(synth), peak: Number(peak), files };
}

function isMeasurement(outcome: Outcome): outcome is Measurement {
  return 'synth' in outcome;
}

function totalOf({ build, synth }: Measurement): number {
  return build + synth;
}

function describe(outcome: Outcome, groups: number): string[] {
  if ('moreThan' in outcome) return [`more than ${outcome.moreThan} s`];
  if ('failure' in outcome) return [`failed: ${outcome.failure}`];
  const seconds = [outcome.build, outcome.synth, totalOf(outcome)].map((value) => value.toFixed(3));
  return [...seconds, outcome.peak.toFixed(0), ((totalOf(outcome) / groups) * 1000).toFixed(2)];
}

function printComparison(results: Results): void {
  console.log('\nStock against ours: how many times as long, and whether the files are the same.');
  console.log(`Slope: total time per group, against that with ${REFERENCE_SIZE} groups.\n`);
  printRow(['groups', 'synth', 'total', 'files', 'slope:', 'ours', 'stock']);
  for (const [groups, { ours, stock }] of results) {
    const slopes = [slope(results, groups, 'ours'), slope(results, groups, 'stock')];
    printRow([groups, ...compare(ours, stock), '', ...slopes]);
  }
}

function compare(ours: Outcome, stock: Outcome): string[] {
  if (!isMeasurement(ours)) return ['-', '-', '-'];
  if (isMeasurement(stock)) {
    const ratios = [stock.synth / ours.synth, totalOf(stock) / totalOf(ours)].map((ratio) =>
      ratio.toFixed(1),
    );
    return [...ratios, stock.files === ours.files ? 'same' : 'DIFFERENT'];
  }
  return 'moreThan' in stock
    ? ['-', `> ${(stock.moreThan / totalOf(ours)).toFixed(0)}`, '-']
    : ['-', '-', '-'];
}

function slope(results: Results, groups: number, engine: Engine): string {
  const outcome = results.get(groups)?.[engine];
  const reference = results.get(REFERENCE_SIZE)?.[engine];
  if (outcome === undefined || reference === undefined || !isMeasurement(reference)) return '-';
  const perGroup = totalOf(reference) / REFERENCE_SIZE;
  if (isMeasurement(outcome)) return (totalOf(outcome) / groups / perGroup).toFixed(2);
  return 'moreThan' in outcome ? `> ${(outcome.moreThan / groups / perGroup).toFixed(1)}` : '-';
}

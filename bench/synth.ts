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
  readonly build: number;
  readonly synth: number;
  readonly total: number;
  readonly peakMebibytes: number;

  /** Digest of all files. */
  readonly files: string;
}

/** Why there is no measurement. */
interface Miss {
  readonly reason: string;

  /** The run took more time than this; undefined if it failed. */
  readonly moreThan?: number;
}

type Results = ReadonlyMap<number, Readonly<Record<Engine, Measurement | Miss>>>;

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
  console.log('A group is one chart with one MetaServiceHA. Each run has a process of its own. Total: build and synthesis.');
  printRow(['groups', 'engine', 'runs', 'build s', 'synth s', 'total s', 'peak MiB', 'ms/group']);
  const results = new Map(
    SIZES.map((groups) => {
      const measured = (engine: Engine) => measure(groups, engine, groups > LARGEST_REPEATED[engine] ? 1 : runs, limit);
      return [groups, { ours: measured('ours'), stock: measured('stock') }];
    }),
  );
  printRatios(results);
  printSlopes(results);
  benchWholeProgram();
}

function measure(groups: number, engine: Engine, runs: number, limit: number): Measurement | Miss {
  const outcomes: (Measurement | Miss)[] = [];
  while (outcomes.length < runs && !outcomes.some(isMiss)) outcomes.push(runWorker(groups, engine, limit));
  const miss = outcomes.find(isMiss);
  const result = miss ?? middleOf(outcomes.filter((outcome) => !isMiss(outcome)), ({ total }) => total);
  const start = [groups, engine, outcomes.length];
  if (isMiss(result)) {
    printRow([...start, result.reason]);
  } else {
    const { build, synth, total, peakMebibytes } = result;
    const seconds = [build, synth, total].map((value) => value.toFixed(3));
    printRow([...start, ...seconds, peakMebibytes.toFixed(0), ((total / groups) * 1000).toFixed(2)]);
  }
  return result;
}

function runWorker(groups: number, engine: Engine, limit: number): Measurement | Miss {
  const outdir = mkdtempSync(join(tmpdir(), 'bench-synth-'));
  const command = [join(__dirname, 'synth-worker.js'), engine, String(groups), outdir];
  const { signal, status, stdout, stderr } = spawnSync(process.execPath, command, {
    encoding: 'utf8',
    timeout: limit * 1000,
    killSignal: 'SIGKILL',
  });
  rmSync(outdir, { recursive: true });
  if (signal === 'SIGKILL') return { reason: `more than ${limit} s`, moreThan: limit };
  if (status !== 0) return { reason: `failed: ${stderr.trim()}` };
  const [build, synth, peakMebibytes] = stdout.split(' ').map(Number);
}

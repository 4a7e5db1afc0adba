/**
 * How late the gate's fence comes under a CPU limit, while the application keeps threads busy. The limits are control
 * groups of this machine, set as the kubelet sets those of a container.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeReport } from '../report';
import { percentile } from '../statistics';
import { printRow } from '../table';
import { NO_LIMIT, addGroup, millicoresOf, removeGroup, removeGroups } from './quota';
import { type FenceRow, writeFences } from './results';
import { type Subject, subjectsIn } from './subjects';
import { type Trial, runTrial } from './trial';

const LIMITS = ['100m', '250m', '500m', '1', '2', NO_LIMIT];
const THREADS = [1, 10, 100];
const ROUNDS = 3;

/** Five looks a second, or fewer. */
const RUN_MS = 10_000;

/** Of limits that run beside each other: the machine is not to be what delays them. */
const MOST_MILLICORES = 1000;

interface Cell {
  readonly limit: string;
  readonly threads: number;
  readonly subject: Subject;
  readonly trials: Trial[];
}

export async function benchFence(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { rounds: { type: 'string' }, limits: { type: 'string' } } });
  const rounds = Number(values.rounds ?? ROUNDS);
  const limits = values.limits?.split(',') ?? LIMITS;
  if (!(Number.isInteger(rounds) && rounds > 0) || !limits.every((limit) => LIMITS.includes(limit))) {
    console.error(
      `--rounds takes a whole number, 1 or more; --limits some of ${LIMITS.join(', ')}, with commas.`,
    );
    process.exitCode = 2;
    return;
  }
  // Late to read, this process would take the fence for late.
  execFileSync('chrt', ['--fifo', '--reset-on-fork', '--all-tasks', '--pid', '1', String(process.pid)]);
  const folder = mkdtempSync(join(tmpdir(), 'cdk8s-ha-fence-'));
  try {
    console.log('Milliseconds between two looks of the fence at its deadline.\n');
    printRow(['limit', 'threads', 'looks', 'p50', 'p99', 'max', 'ran on', 'subject']);
    for (const limit of limits) await benchLimit(limit, rounds, folder);
    writeReport();
  } finally {
    removeGroups();
    rmSync(folder, { recursive: true });
  }
}

async function benchLimit(limit: string, rounds: number, folder: string): Promise<void> {
  const subjects = subjectsIn(mkdtempSync(join(folder, 'subjects-')));
  const cells = THREADS.flatMap((threads) =>
    subjects.map((subject): Cell => ({ limit, threads, subject, trials: [] })),
  );
  for (let round = 0; round < rounds; round += 1)
    for (const batch of batchesOf(cells))
      await Promise.all(batch.map((cell, index) => fill(cell, `${limit}-${index}`, folder)));
  const rows = cells.map(rowOf);
  for (const { threads, looks, p50Ms, p99Ms, maxMs, ranOnMs, subject } of rows)
    printRow([limit, threads, looks, p50Ms, p99Ms, maxMs, ranOnMs, subject]);
  writeFences(rows);
}

function batchesOf(cells: readonly Cell[]): readonly (readonly Cell[])[] {
  const size = Math.max(1, Math.floor(MOST_MILLICORES / millicoresOf(cells[0]?.limit ?? NO_LIMIT)));
  const starts = cells.map((_, index) => index).filter((index) => index % size === 0);
  return starts.map((start) => cells.slice(start, start + size));
}

async function fill({ limit, threads, subject, trials }: Cell, name: string, parent: string): Promise<void> {
  const folder = join(parent, name);
  mkdirSync(folder);
  const group = addGroup(name, limit);
  try {
    trials.push(await runTrial({ subject, threads, group, folder, runMs: RUN_MS }));
  } finally {
    removeGroup(name);
    rmSync(folder, { recursive: true });
  }
}

function rowOf({ limit, threads, subject, trials }: Cell): FenceRow {
  const ticks = trials.flatMap((trial) => trial.ticks);
  return {
    limit,
    threads,
    subject: subject.name,
    looks: ticks.length,
    p50Ms: Math.round(percentile(ticks, 50)),
    p99Ms: Math.round(percentile(ticks, 99)),
    maxMs: Math.round(Math.max(...ticks)),
    ranOnMs: Math.round(Math.max(...trials.map(({ ranOnMs }) => ranOnMs))),
  };
}

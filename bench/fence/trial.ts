/** One gate in a container with a CPU limit, whose application keeps threads busy; the trial plays its elector. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { Subject } from './subjects';

/** As bench/images/build leaves it. */
const APP = 'bench/images/app/build/app';

const KILL_AFTER_MS = 1000;
const TERM = 7;

/** With which the gate ends after a deadline. */
const OVER = 75;

/** Process 1 of a namespace, of a group that it joins by itself. */
const CONTAIN = ['--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c'];
const JOIN = 'echo 0 >"$0/cgroup.procs" && PATH=$1 && shift && exec "$@"';

export interface TrialOptions {
  readonly subject: Subject;
  readonly threads: number;

  /** The control group. */
  readonly group: string;

  /** For the trial alone. */
  readonly folder: string;

  /** From the start of the application to its deadline. */
  readonly runMs: number;
}

export interface Trial {
  /** Milliseconds between two looks of the fence at its deadline, from its heartbeats. */
  readonly ticks: readonly number[];

  /** How long after its SIGKILL was due the application last did something. Negative: it had no CPU then. */
  readonly ranOnMs: number;
}

export async function runTrial({ subject, threads, group, folder, runMs }: TrialOptions): Promise<Trial> {
  const elector = new Elector(folder, runMs);
  const acts = join(folder, 'acts');
  const command = [...subject.shell, subject.gate, APP, 'busy', String(threads), acts];
  const gate = spawn('unshare', [...CONTAIN, JOIN, group, subject.path, ...command], {
    env: { ...process.env, HA_DIR: folder, HA_KILL_AFTER: String(KILL_AFTER_MS / 10) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  gate.stderr.on('data', (data: Buffer) => (complaints += data.toString()));
  await once(gate, 'exit');
  elector.close();
  const { exitCode } = gate;
  if (exitCode !== OVER)
    throw new Error(`${subject.name} ended with ${exitCode}, and not for its deadline: ${complaints}`);
  return { ticks: differences(elector.beats), ranOnMs: lastAct(acts) - elector.until - KILL_AFTER_MS };
}

/** Allows the gate to run its application once, for so long. */
class Elector {
  /** When the gate's heartbeats were read. */
  readonly beats: number[] = [];
  until = 0;

  private readonly bell: number;
  private readonly status: Socket;

  constructor(
    private readonly folder: string,
    private readonly runMs: number,
  ) {
    const [status, start] = [join(folder, 'status'), join(folder, 'start')];
    execFileSync('mkfifo', [status, start]);
    this.bell = openSync(start, constants.O_RDWR);
    this.status = new Socket({ fd: openSync(status, constants.O_RDONLY | constants.O_NONBLOCK) });
    this.status.setEncoding('utf8').on('data', (text: string) => this.hear(text.split('\n')));
  }

  close(): void {
    this.status.destroy();
    closeSync(this.bell);
  }

  private hear(lines: readonly string[]): void {
    const now = performance.now();
    for (const [word, id = ''] of lines.map((line) => line.split(' '))) {
      if (word === 'running') this.beats.push(now);
      if (word === 'waiting' && this.until === 0) this.allow(id);
    }
  }

  private allow(id: string): void {
    const file = join(this.folder, 'deadline');
    this.until = uptime() + this.runMs;
    writeFileSync(`${file}.new`, `${this.until / 10} ${TERM} ${id}\n`);
    renameSync(`${file}.new`, file);
    writeSync(this.bell, '\n');
  }
}

function differences(times: readonly number[]): number[] {
  return times.slice(1).map((time, index) => time - (times[index] ?? NaN));
}

/** Milliseconds of the kernel's uptime. */
function uptime(): number {
  return Math.round(1000 * Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]));
}

function lastAct(file: string): number {
  const acts = readFileSync(file);
  const numbers = new BigInt64Array(acts.buffer, acts.byteOffset, acts.length / 8);
  return Number(numbers.reduce((last, act) => (act > last ? act : last), 0n) / 1000n) / 1000;
}

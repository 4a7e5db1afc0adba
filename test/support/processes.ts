/** Runs scripts as real processes: shells of this machine, temporary folders, named pipes, waiting on conditions. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { Socket } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { AS_PROCESS_1, locate, tells } from '../../cluster/processes/programs';

/** Generous: no test waits this long when it passes. Where many are meant to fail, less can be said. */
const PATIENCE_MS = Number(process.env['TEST_PATIENCE_MS'] ?? 20_000);
const POLL_MS = 10;

const folders: string[] = [];
const started: ChildProcess[] = [];
const pipes: Socket[] = [];

/** Ends everything that these helpers began; for `afterAll`. */
export function cleanUp(): void {
  for (const child of started.splice(0)) killGroup(child);
  for (const pipe of pipes.splice(0)) pipe.destroy();
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
}

/** Each process leads a group of its own, so that what it leaves behind can be found. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nothing of the group is left.
  }
}

/** Readable for every user. */
export function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cdk8s-ha-'));
  fs.chmodSync(folder, 0o755);
  folders.push(folder);
  return folder;
}

/** Resolves once `holds`; fails after a generous limit, saying what did not come. */
export async function eventually(holds: () => boolean, awaited: string | (() => string)): Promise<void> {
  const limit = Date.now() + PATIENCE_MS;
  while (!holds()) {
    if (Date.now() > limit) {
      const what = typeof awaited === 'string' ? awaited : awaited();
      throw new Error(`still not so after ${PATIENCE_MS / 1000} s: ${what}`);
    }
    await pause(POLL_MS);
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The kernel's uptime in hundredths of a second. */
export function uptime(): number {
  const [seconds = ''] = fs.readFileSync('/proc/uptime', 'utf8').split(' ');
  return Number(seconds.replace('.', ''));
}

const SETPRIV = locate('setpriv');
const DYING = '--pdeathsig=KILL';

/** Makes the command that follows end with its parent, where this machine can: a test run that is broken off ends all. */
const WITH_PARENT =
  SETPRIV !== undefined && tells([SETPRIV, DYING, 'true']) !== undefined ? [SETPRIV, DYING] : [];

/** Puts a `setsid` into the folder that does so too: what it runs would outlive the gate otherwise. */
export function setsidWithParent(folder: string, { path: tools }: Shell): void {
  const setsid = tells(['sh', '-c', 'PATH=$0; command -v setsid', tools]);
  if (setsid !== undefined) fakeCommand(folder, 'setsid', `exec ${[...WITH_PARENT, setsid].join(' ')} "$@"`);
}

/** Whether this machine lets the tests do so. */
export const canContain = tells([...AS_PROCESS_1, 'mount', '--bind', '/tmp', '/tmp']) !== undefined;

/** Makes the command that follows one beside this process, in its namespaces. */
export const beside = (pid: number): readonly string[] => [
  locate('nsenter') ?? 'nsenter',
  `--target=${pid}`,
  '--pid',
  '--mount',
];

/** Makes the command that follows one of a user that may do nothing to others. */
export const asUser = (user: number): readonly string[] => [
  SETPRIV ?? 'setpriv',
  DYING,
  `--reuid=${user}`,
  '--clear-groups',
];

/** Lets a process of this user start no other. */
export function forbidProcesses(user: number, pid: number): void {
  const told = tells([...asUser(user), 'prlimit', `--pid=${pid}`, '--nproc=1:1']);
  if (told === undefined) throw new Error(`${pid} is no process of user ${user}`);
}

/** Writes over a file's beginning, so that no reader ever finds it empty. */
export function overwrite(file: string, text: string): void {
  const fd = fs.openSync(file, 'r+');
  fs.writeSync(fd, text, 0);
  fs.closeSync(fd);
}

/** A POSIX shell of this machine, with the tools that images with this shell have. */
export interface Shell {
  readonly name: string;
  readonly command: readonly string[];
  readonly path: string;
}

/** Those of dash, bash, bash as sh, and busybox that this machine has; at least one. */
export function availableShells(): readonly Shell[] {
  const path = process.env['PATH'] ?? '';
  const [dash, bash, busybox] = ['dash', 'bash', 'busybox'].map(locate);
  const shells: Shell[] = [];
  if (dash !== undefined) shells.push({ name: 'dash', command: [dash], path });
  if (bash !== undefined) shells.push({ name: 'bash', command: [bash], path });
  if (bash !== undefined) shells.push({ name: 'bash as sh', command: [bash, '--posix'], path });
  if (busybox !== undefined && heedsPath(busybox)) {
    shells.push({ name: 'busybox sh', command: [busybox, 'sh'], path: `${busyboxTools(busybox)}:${path}` });
  }
  if (shells.length === 0) throw new Error('none of dash, bash and busybox is installed');
  return shells;
}

/** Not so for one built to rescue a system, such as Debian's busybox-static: its shell runs its own tools whatever is there. */
function heedsPath(busybox: string): boolean {
  return tells([busybox, 'sh', '-c', 'PATH=/nowhere; cat </dev/null']) === undefined;
}

/** A folder in which busybox stands for the usual tools, as in an image built on it. */
function busyboxTools(busybox: string): string {
  const names = tells([busybox, '--list'])?.split('\n') ?? [];
  const folder = temporaryFolder();
  for (const name of names) if (name !== 'busybox') fs.symlinkSync(busybox, path.join(folder, name));
  return folder;
}

/** A folder with nothing but the named commands of this PATH, for an image that lacks all others. */
export function onlyCommands(names: readonly string[], { path: from }: Shell): string {
  const folder = temporaryFolder();
  for (const name of names) {
    const found = from
      .split(':')
      .map((place) => path.join(place, name))
      .find((file) => fs.existsSync(file));
    if (found === undefined) throw new Error(`${name} is not installed`);
    fs.symlinkSync(found, path.join(folder, name));
  }
  return folder;
}

/** Runs a script file in this shell, with the folder `tools` before all others in PATH. */
export function runScript(
  shell: Shell,
  file: string,
  args: readonly string[],
  { tools = '', ...env }: Readonly<Record<string, string>> = {},
): Running {
  const PATH = tools === '' ? shell.path : `${tools}:${shell.path}`;
  return new Running([...shell.command, path.resolve(file), ...args], { PATH, ...env });
}

/** Writes an executable script, to stand for a command when its folder comes first in PATH. */
export function fakeCommand(folder: string, name: string, body: string): void {
  fs.writeFileSync(path.join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}

/** A process under test. */
export class Running {
  stdout = '';
  stderr = '';
  /** Resolves to the exit status, or to the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** Resolves when no process holds the outputs any more: it and all that it started have ended. */
  readonly silent: Promise<void>;

  private readonly child: ChildProcess;

  constructor(command: readonly string[], env: Readonly<Record<string, string>>) {
    const [program = '', ...options] = [...WITH_PARENT, ...command];
    const child = spawn(program, options, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    child.stdout.on('data', (data: Buffer) => (this.stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (this.stderr += data.toString()));
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        resolve(code ?? signal ?? 'lost');
      });
    });
    this.silent = new Promise((resolve) =>
      child.once('close', () => {
        resolve();
      }),
    );
    this.child = child;
    started.push(child);
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`${this.child.spawnfile} did not start`);
    return this.child.pid;
  }

  kill(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** The number of its first child, such as the first process of a namespace that it has made. */
  onlyChild(): number {
    return Number(this.children()[0]);
  }

  /** How many of its children are copies of itself, as those of a shell are that have not begun another program. */
  copies(): number {
    const own = wordsOf(this.pid);
    return this.children().filter((child) => wordsOf(child) === own).length;
  }

  private children(): readonly string[] {
    return fs.readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8').trim().split(' ');
  }

  /** Waits until it has taken its signals, and waits itself. */
  async sleeps(): Promise<void> {
    const status = (): string => fs.readFileSync(`/proc/${this.pid}/status`, 'utf8');
    await eventually(() => /^State:\s+S[^]*^ShdPnd:\s+0+$/m.test(status()), status);
  }

  async printed(text: string): Promise<void> {
    await eventually(
      () => this.stdout.includes(text),
      () => `'${text}' in the output '${this.stdout}' (errors: '${this.stderr}')`,
    );
  }
}

/** The command line of a process; none of one that has ended. */
function wordsOf(pid: number | string): string {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

export function makeFifo(file: string): void {
  execFileSync('mkfifo', ['-m', '666', file]);
}

/** Lets a FIFO that is open hold no more than the least that Linux gives, 4 KiB. */
export function shrinkFifo(file: string): void {
  const [F_SETPIPE_SZ, page] = [1031, 4096];
  const program = `open my $pipe, '+<', $ARGV[0] or die; fcntl $pipe, ${F_SETPIPE_SZ}, ${page} or die`;
  execFileSync('perl', ['-e', program, file]);
}

/** The lines that come out of a named pipe; opened without waiting for a writer. */
export class FifoReader {
  readonly lines: string[] = [];
  /** No process has the pipe open for writing any more. */
  ended = false;

  private readonly socket: Socket;
  private rest = '';

  constructor(file: string) {
    const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    this.socket = new Socket({ fd, readable: true, writable: false });
    this.socket.on('data', (data) => {
      this.take(data.toString());
    });
    this.socket.on('end', () => (this.ended = true));
    pipes.push(this.socket);
  }

  close(): void {
    this.socket.destroy();
  }

  private take(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    this.lines.push(...lines);
  }
}

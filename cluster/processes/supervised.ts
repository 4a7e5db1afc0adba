/** A container as the kubelet keeps it: what ended is started again a short while later. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Command {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface Listener {
  /** A line that it prints. */
  readonly onLine: (line: string) => void;

  /** `status 1`, or the name of a signal. Not at the end of the test. */
  readonly onExit: (how: string) => void;
}

const RESTART_MS = 300;

/** Nothing outlives the test's own process. */
const WITH_PARENT = ['setpriv', '--pdeathsig', 'KILL'];

export class Supervised {
  private child: ChildProcess | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isOver = false;
  private ended: Promise<void> = Promise.resolve();

  constructor(
    private readonly command: Command,
    private readonly listener: Listener,
  ) {}

  /** The process, while it runs. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  start(): void {
    const [program = '', ...args] = [...WITH_PARENT, ...this.command.words];
    const env = { PATH: process.env['PATH'] ?? '', ...this.command.env };
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    for (const input of [child.stdout, child.stderr])
      createInterface({ input }).on('line', this.listener.onLine);
    this.ended = new Promise((resolve) => {
      child.once('exit', (status, signal) => {
        this.child = undefined;
        resolve();
        if (this.isOver) return;
        this.listener.onExit(signal ?? `status ${status ?? 0}`);
        this.timer = setTimeout(() => this.start(), RESTART_MS);
      });
    });
  }

  /** For ever. */
  async end(): Promise<void> {
    this.isOver = true;
    clearTimeout(this.timer);
    this.child?.kill('SIGKILL');
    await this.ended;
  }
}

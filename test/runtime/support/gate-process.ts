/** The elector's end of a gate as a process: told what to do, it says what the gate has told it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import * as v from 'valibot';
import type { Deadline, Gate } from '../../../runtime/election/state';
import { eventually, temporaryFolder } from '../../support/processes';
import type { GateCommand, GateSettings } from './gate-program';

/** The program that runs it. */
export function bundledGate(): string {
  const outfile = join(temporaryFolder(), 'gate.js');
  const entryPoints = ['test/runtime/support/gate-program.ts'];
  buildSync({ entryPoints, outfile, bundle: true, platform: 'node', target: 'node20' });
  return outfile;
}

const started: ChildProcess[] = [];

/** Ends all of them; for `afterAll`. */
export function endGates(): void {
  for (const child of started.splice(0)) child.kill('SIGKILL');
}

export class GateProcess {
  static async opened(program: string, folder: string): Promise<GateProcess> {
    const elector = new GateProcess(program, { folder });
    await elector.open();
    return elector;
  }

  private readonly printedLines: string[] = [];
  private readonly child: ChildProcess;
  private errors = '';

  /** How many of the words a test has waited for. */
  private heard = 0;

  constructor(program: string, settings: GateSettings) {
    const child = spawn(process.execPath, [program, JSON.stringify(settings)], { stdio: 'pipe' });
    let rest = '';
    child.stdout.on('data', (data: Buffer) => {
      const lines = (rest + data.toString()).split('\n');
      rest = lines.pop() ?? '';
      this.printedLines.push(...lines);
    });
    child.stderr.on('data', (data: Buffer) => (this.errors += data.toString()));
    this.child = child;
    started.push(child);
  }

  /** All that it has printed so far. */
  get said(): readonly unknown[] {
    return this.printedLines.map((line) => JSON.parse(line) as unknown);
  }

  /** All that the gate has told it. */
  get words(): readonly Gate[] {
    return this.said.filter(
      (said): said is Gate => typeof said === 'object' && said !== null && 'word' in said,
    );
  }

  /** Waits for the next of these words; each is told once. */
  async hears<W extends Gate['word']>(word: W): Promise<Extract<Gate, { word: W }>> {
    const isIt = (gate: Gate): gate is Extract<Gate, { word: W }> => gate.word === word;
    const found = () => this.words.slice(this.heard).findIndex(isIt);
    await eventually(
      () => found() >= 0,
      () => `'${word}' among ${JSON.stringify(this.said)} ${this.errors}`,
    );
    const at = this.heard + found();
    this.heard = at + 1;
    const gate = this.words[at];
    if (gate === undefined || !isIt(gate)) throw new Error('it was found');
    return gate;
  }

  /** Resolves with what it prints when it has done so. */
  async do(command: GateCommand): Promise<unknown> {
    const answers = () => this.said.filter((said) => !this.isWord(said));
    const before = answers().length;
    this.tell(command);
    await eventually(
      () => answers().length > before,
      () => `an answer to ${command.do}: ${this.errors}`,
    );
    return answers()[before];
  }

  /** Waits until it has printed just this. */
  async printed(what: object): Promise<void> {
    await eventually(
      () => this.printedLines.includes(JSON.stringify(what)),
      () => `${JSON.stringify(what)} among ${this.printedLines.join()} ${this.errors}`,
    );
  }

  tell(command: GateCommand): void {
    this.child.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  open(): Promise<unknown> {
    return this.do({ do: 'open' });
  }

  allow(deadline: Deadline, ring = true): Promise<unknown> {
    return this.do({ do: 'allow', deadline, ring });
  }

  forbid(): Promise<unknown> {
    return this.do({ do: 'forbid' });
  }

  /** What its clock shows. */
  async time(): Promise<number> {
    return v.parse(v.object({ time: v.number() }), await this.do({ do: 'tell-time' })).time;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Stops it while `act` lasts: it then finds all at once what has happened. */
  async paused(act: () => void): Promise<void> {
    this.signal('SIGSTOP');
    const status = () => readFileSync(`/proc/${String(this.child.pid)}/status`, 'utf8');
    await eventually(() => /^State:\s+T/m.test(status()), 'a stopped elector');
    act();
    this.signal('SIGCONT');
  }

  async ended(): Promise<void> {
    await eventually(
      () => this.child.exitCode !== null || this.child.signalCode !== null,
      'the end of the elector',
    );
  }

  private isWord(said: unknown): boolean {
    return typeof said === 'object' && said !== null && 'word' in said;
  }
}

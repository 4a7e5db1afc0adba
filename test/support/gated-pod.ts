/** A pod as far as the gate knows it: its container, and an elector that does what the test says. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { AS_PROCESS_1 } from '../../cluster/processes/programs';
import {
  FifoReader,
  Running,
  type Shell,
  asUser,
  availableShells,
  eventually,
  makeFifo,
  setsidWithParent,
  temporaryFolder,
  uptime,
} from './processes';

const GATE = path.resolve('lib/leader/gate.sh');

/** The term under which `begin` and `allowFor` work. */
export const TERM = 7;

/** An application that does nothing, after it has said that it is there. */
export const IDLE = 'echo up; while :; do sleep 0.05; done';

/** Those at hand, for `describe.each`. */
export const shells = availableShells().map((shell) => [shell.name, shell] as const);

/** A deadline so far ahead, in centiseconds, that no test meets it. */
export const AN_HOUR = 360_000;

/** As in a container: a session of its own, and the folder read-only; the clock replaced if CLOCK names a file. */
const CONTAIN = [
  'mount --bind "$HA_DIR" "$HA_DIR"',
  'mount -o remount,bind,ro "$HA_DIR"',
  '{ [ -z "$CLOCK" ] || mount --bind "$CLOCK" /proc/uptime; }',
  'export PATH="$IMAGE_PATH"',
  'exec setsid "$@"',
].join(' && ');

interface Contained {
  readonly clock?: string;
  readonly check?: readonly string[];
}

/** What has the gate ask a check, if there is one. */
function checked(check: readonly string[]): readonly string[] {
  return check.length === 0 ? [] : ['--check', String(check.length), ...check];
}

export class GatedPod {
  /** What HA_DIR names. */
  readonly folder = temporaryFolder();
  /** First in the PATH of the container. */
  readonly tools = temporaryFolder();

  private gateId = 'none';
  private script = GATE;
  private status: FifoReader | undefined;
  private start: number | undefined;

  constructor(
    private readonly shell: Shell,
    private readonly killAfter = 30,
    private readonly stopSignal = '',
  ) {
    setsidWithParent(this.tools, shell);
  }

  /** Has the gate run with these words of its script replaced. */
  altered(...changes: readonly (readonly [from: string, to: string])[]): this {
    const script = fs.readFileSync(GATE, 'utf8');
    for (const [from] of changes) if (!script.includes(from)) throw new Error(`gate.sh has no '${from}'`);
    this.script = path.join(this.tools, 'altered-gate.sh');
    fs.writeFileSync(
      this.script,
      changes.reduce((text, [from, to]) => text.replace(from, to), script),
    );
    return this;
  }

  makeFifos(): this {
    makeFifo(path.join(this.folder, 'status'));
    makeFifo(path.join(this.folder, 'start'));
    return this;
  }

  /** What an elector does when it starts. */
  openFifos(): this {
    this.start = fs.openSync(path.join(this.folder, 'start'), fs.constants.O_RDWR);
    this.status = new FifoReader(path.join(this.folder, 'status'));
    return this;
  }

  /** What the end of an elector does. */
  closeFifos(): void {
    if (this.start !== undefined) fs.closeSync(this.start);
    this.status?.close();
  }

  run(...command: readonly string[]): Running {
    return new Running(this.gate(command), { ...this.env, PATH: this.imagePath });
  }

  /** Runs a shell script as the application. */
  app(script: string): Running {
    return this.run('sh', '-c', script);
  }

  /** Does so, and has the gate ask a check. */
  checkedApp(check: readonly string[], script: string): Running {
    return this.run(...checked(check), 'sh', '-c', script);
  }

  /** Does so with the gate as process 1 and the folder read-only; the file `clock` stands for /proc/uptime. */
  containedApp(script: string, { clock = '', check = [] }: Contained = {}): Running {
    const env = { ...this.env, CLOCK: clock, IMAGE_PATH: this.imagePath };
    const gate = this.gate([...checked(check), 'sh', '-c', script]);
    return new Running([...AS_PROCESS_1, 'sh', '-c', CONTAIN, 'sh', ...gate], env);
  }

  /** Does so as a user without rights; as the first process, if these words make it one. */
  appOf(user: number, script: string, asFirst: readonly string[] = []): Running {
    const gate = path.join(this.tools, path.basename(GATE));
    fs.copyFileSync(GATE, gate);
    const command = [...asFirst, ...asUser(user), ...this.shell.command, gate, 'sh', '-c', script];
    return new Running(command, { ...this.env, PATH: this.imagePath });
  }

  /** All that the gate has written since the pipes were opened. */
  get lines(): readonly string[] {
    return this.status?.lines ?? [];
  }

  get lastLine(): string {
    return this.lines.at(-1) ?? '';
  }

  get streamEnded(): boolean {
    return this.status?.ended ?? false;
  }

  /** The lines that begin with this word, without the gate's clock. */
  said(word: string): readonly string[] {
    return this.lines
      .filter((line) => line.startsWith(`${word} `))
      .map((line) => (['waiting', 'running'].includes(word) ? line.replace(/ \d+$/, '') : line));
  }

  count(word: string): number {
    return this.said(word).length;
  }

  /** Waits for so many lines that begin with the word; all there were count. */
  async heard(word: string, times = 1): Promise<void> {
    await eventually(
      () => this.count(word) >= times,
      () => `${times} × '${word}' among [${this.lines.join(', ')}]`,
    );
  }

  /** Waits for further lines that begin with the word. */
  async hears(word: string, times = 1): Promise<void> {
    await this.heard(word, this.count(word) + times);
  }

  /** The gate's ID, once it waits. */
  async id(): Promise<string> {
    await this.heard('waiting');
    this.gateId = /^waiting (\d+) \d+$/.exec(this.lines[0] ?? '')?.[1] ?? 'none';
    return this.gateId;
  }

  /** Makes the gate look at the deadline. */
  ring(): void {
    if (this.start === undefined) throw new Error('openFifos comes first');
    fs.writeSync(this.start, 'look\n');
  }

  /** Puts the text in the deadline's place, as a whole. */
  deadline(text: string): void {
    fs.writeFileSync(path.join(this.folder, 'next'), text);
    fs.renameSync(path.join(this.folder, 'next'), path.join(this.folder, 'deadline'));
  }

  /** Moves the deadline of the gate whose ID was asked for. */
  allowFor(centiseconds: number): void {
    this.deadline(`${uptime() + centiseconds} ${TERM} ${this.gateId}\n`);
  }

  /** Lets the gate run its application, with a deadline that does not pass by itself; resolves to the gate's ID. */
  async begin(): Promise<string> {
    const id = await this.id();
    this.allowFor(AN_HOUR);
    this.ring();
    return id;
  }

  private get imagePath(): string {
    return `${this.tools}:${this.shell.path}`;
  }

  private get env(): Record<string, string> {
    return {
      HA_DIR: this.folder,
      HA_KILL_AFTER: String(this.killAfter),
      HA_STOP_SIGNAL: this.stopSignal,
      HA_TERM: 'stale',
    };
  }

  private gate(command: readonly string[]): readonly string[] {
    return [...this.shell.command, this.script, ...command];
  }
}

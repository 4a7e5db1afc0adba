/** The elector's side of the shared folder, as docs/decisions/0002-runtime-contract.md has it. */
import { execFileSync } from 'node:child_process';
import { constants, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { Deadline, Gate } from '../election/state';
import { DeadlineFile } from './deadline-file';
import { type Alarm, type GateLink, SILENCE_MS } from './gate';
import { GateClock } from './gate-clock';
import { LateFence } from './late-fence';
import { type GateWord, gateOf, wordIn } from './words';

const { O_NONBLOCK, O_RDONLY, O_RDWR } = constants;

const BUFFER_BYTES = 64 * 1024;

/** How long after a word that does not prove that the clocks agree another is asked for. */
const AGAIN_MS = 200;

type Said = GateWord | { readonly word: 'none' };

export interface FifoGateOptions {
  readonly folder: string;

  /** Milliseconds of the kernel's uptime. */
  readonly clock: () => number;

  /** How late the gate may look at its deadline, in milliseconds. */
  readonly margin: number;

  /** The time between two looks, in milliseconds. */
  readonly onTick: (milliseconds: number) => void;
  readonly onAlarm: (alarm: Alarm) => void;
}

export class FifoGate implements GateLink {
  onWord: (gate: Gate) => void = () => undefined;
  onAnswer: (term: number) => void = () => undefined;

  private readonly deadline: DeadlineFile;
  private readonly path: Readonly<Record<'start' | 'status', string>>;
  private bell = -1;
  private status = -1;

  /** The beginning of a line whose rest is not there yet. */
  private rest = '';

  /** What was read and not yet told. */
  private heard: Said[] = [];

  private readonly gateClock = new GateClock();
  private readonly fence: LateFence;
  private silence: NodeJS.Timeout | undefined;
  private again: NodeJS.Timeout | undefined;

  constructor(private readonly options: FifoGateOptions) {
    const { folder, margin, onTick, onAlarm } = options;
    this.deadline = new DeadlineFile(folder);
    this.path = { start: join(folder, 'start'), status: join(folder, 'status') };
    this.fence = new LateFence({ margin, onTick, onLate: (by) => onAlarm({ what: 'fence-late', by }) });
  }

  open(): void {
    makeFifo(this.path.start);
    makeFifo(this.path.status);
    this.bell = openSync(this.path.start, O_RDWR | O_NONBLOCK);
    this.listen();
    this.ring();
  }

  get isOpen(): boolean {
    return [this.path.start, this.path.status].every((path) =>
      statSync(path, { throwIfNoEntry: false })?.isFIFO(),
    );
  }

  get former(): Deadline | undefined {
    return this.deadline.read();
  }

  get isFit(): boolean {
    return this.gateClock.differsBy === undefined;
  }

  /** A time that the gate would misread is not told. */
  allow(deadline: Deadline, ring: boolean): void {
    if (!this.isFit) return;
    this.fence.renew();
    this.deadline.write(deadline);
    if (ring) this.ring();
  }

  forbid(): void {
    this.deadline.remove();
    this.readAll();
    // A gate that began to wait before now may have begun to run since.
    this.heard = this.heard.filter(({ word }) => word !== 'waiting');
    this.tell();
    this.ring();
  }

  private ring(): void {
    try {
      writeSync(this.bell, '\n');
    } catch (error) {
      // Full of bells that nobody took: the gate has one to hear.
      if (!isAgain(error)) throw error;
    }
  }

  /** For reading only, so that the end of the last gate ends the stream. */
  private listen(): void {
    this.status = openSync(this.path.status, O_RDONLY | O_NONBLOCK);
    this.rest = '';
    const stream = new Socket({ fd: this.status, readable: true, writable: false });
    stream.setEncoding('utf8');
    stream.on('data', (text) => {
      this.take(String(text));
      this.tell();
    });
    // From here on the descriptor may be closed, and then another's.
    stream.once('end', () => (this.status = -1));
    stream.once('close', () => {
      this.listen();
      this.heard.push({ word: 'none' });
      this.expectHeartbeats('none');
      this.tell();
    });
    stream.on('error', () => stream.destroy());
  }

  /** What the pipe holds in this moment, past the event loop. */
  private readAll(): void {
    if (this.status < 0) return;
    const buffer = Buffer.alloc(BUFFER_BYTES);
    try {
      // The end of the stream is left to the event loop.
      this.take(buffer.toString('utf8', 0, readSync(this.status, buffer)));
    } catch (error) {
      if (!isAgain(error)) throw error;
    }
  }

  private take(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    const words = lines.flatMap((line) => wordIn(line) ?? []);
    for (const said of words) if (said.word === 'running') this.fence.hear(said.id, said.at);
    // Those before it may have waited for long to be read.
    const newest = words.findLast((said) => 'at' in said);
    if (newest) this.compare(newest);
    this.expectHeartbeats(words.at(-1)?.word);
    this.heard.push(...words);
  }

  /** In the order in which it was said, also when what is told leads to more. */
  private tell(): void {
    for (let said = this.heard.shift(); said; said = this.heard.shift()) {
      if (said.word === 'answers') this.onAnswer(said.term);
      else if (said.word === 'none') this.onWord(said);
      else if (said.word === 'waiting' && !this.gateClock.agrees(said.id)) this.askAgain();
      else this.onWord(gateOf(said));
    }
  }

  private compare({ id, at }: { readonly id: string; readonly at: number }): void {
    const wasFit = this.isFit;
    this.gateClock.hear(id, at, this.options.clock());
    const by = this.gateClock.differsBy;
    if (by === undefined || !wasFit) return;
    this.options.onAlarm({ what: 'clocks-differ', by });
    this.deadline.remove();
  }

  private askAgain(): void {
    clearTimeout(this.again);
    this.again = setTimeout(() => this.ring(), AGAIN_MS);
  }

  private expectHeartbeats(last: Said['word'] | undefined): void {
    if (last === undefined) return;
    clearTimeout(this.silence);
    const runs = last === 'running' || last === 'answers';
    this.silence = runs ? setTimeout(() => this.lookForHeartbeats(), SILENCE_MS) : undefined;
  }

  private get isExpectant(): boolean {
    return this.silence !== undefined;
  }

  /** This process may have been away, and not the gate. */
  private lookForHeartbeats(): void {
    this.silence = undefined;
    this.readAll();
    if (!this.isExpectant) this.options.onAlarm({ what: 'gate-silent' });
    this.tell();
  }
}

/** Node has no call for it. */
function makeFifo(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFIFO()) return;
  rmSync(path, { force: true });
  execFileSync('mkfifo', ['-m', '666', path]);
}

function isAgain(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}

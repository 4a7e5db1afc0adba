/** The elector's side of the shared folder, as docs/decisions/0002-runtime-contract.md has it. */
import { execFileSync } from 'node:child_process';
import { constants, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { Deadline, Gate } from '../election/state';
import { DeadlineFile } from './deadline-file';
import type { GateLink } from './gate';

const { O_NONBLOCK, O_RDONLY, O_RDWR } = constants;

const BUFFER_BYTES = 64 * 1024;

type Said = Gate | { readonly word: 'answers'; readonly term: number };

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

  constructor(folder: string) {
    this.deadline = new DeadlineFile(folder);
    this.path = { start: join(folder, 'start'), status: join(folder, 'status') };
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

  allow(deadline: Deadline, ring: boolean): void {
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
    this.heard.push(...lines.flatMap((line) => saidIn(line) ?? []));
  }

  /** In the order in which it was said, also when what is told leads to more. */
  private tell(): void {
    for (let said = this.heard.shift(); said; said = this.heard.shift()) {
      if (said.word === 'answers') this.onAnswer(said.term);
      else this.onWord(said);
    }
  }
}

/** Undefined for what no gate says: anybody in the pod may write there. */
function saidIn(line: string): Said | undefined {
  const [, word, id = '', number] =
    /^(waiting|running|answers|stopped|exited) (\d+)(?: (\d+))?$/.exec(line) ?? [];
  switch (word) {
    case 'waiting':
      return { word, id };
    case 'answers':
      return { word, term: Number(number) };
    case 'running':
      return { word, id, term: Number(number) };
    case 'stopped':
    case 'exited':
      return { word: 'ended', id };
    default:
      return undefined;
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

/** The shared folder of docs/decisions/0002-runtime-contract.md, with the FIFOs between elector and gate. */
import { execFileSync } from 'node:child_process';
import { constants, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { DeadlineFile } from './deadline-file';
import type { GateFolder, GateListener } from './fifo-gate';

const { O_NONBLOCK, O_RDONLY, O_RDWR } = constants;

const BUFFER_BYTES = 64 * 1024;

export class FifoFolder implements GateFolder {
  readonly deadline: DeadlineFile;
  private readonly path: Readonly<Record<'start' | 'status', string>>;
  private bell = -1;
  private status = -1;

  constructor(folder: string) {
    this.deadline = new DeadlineFile(folder);
    this.path = { start: join(folder, 'start'), status: join(folder, 'status') };
  }

  open(listener: GateListener): void {
    makeFifo(this.path.start);
    makeFifo(this.path.status);
    this.bell = openSync(this.path.start, O_RDWR | O_NONBLOCK);
    this.listen(listener);
  }

  get isOpen(): boolean {
    return [this.path.start, this.path.status].every((path) =>
      statSync(path, { throwIfNoEntry: false })?.isFIFO(),
    );
  }

  ring(): void {
    try {
      writeSync(this.bell, '\n');
    } catch (error) {
      // Full of bells that nobody took: the gate has one to hear.
      if (!isAgain(error)) throw error;
    }
  }

  readAll(): string {
    if (this.status < 0) return '';
    const buffer = Buffer.alloc(BUFFER_BYTES);
    try {
      // The end of the stream is left to the event loop.
      return buffer.toString('utf8', 0, readSync(this.status, buffer));
    } catch (error) {
      if (!isAgain(error)) throw error;
      return '';
    }
  }

  /** For reading only, so that the end of the last gate ends the stream. */
  private listen(listener: GateListener): void {
    this.status = openSync(this.path.status, O_RDONLY | O_NONBLOCK);
    const stream = new Socket({ fd: this.status, readable: true, writable: false });
    stream.setEncoding('utf8');
    stream.on('data', (text) => listener.onText(String(text)));
    // From here on the descriptor may be closed, and then another's.
    stream.once('end', () => (this.status = -1));
    stream.once('close', () => {
      this.listen(listener);
      listener.onEnd();
    });
    stream.on('error', () => stream.destroy());
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

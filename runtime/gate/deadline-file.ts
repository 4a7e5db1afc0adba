/** The file `deadline` of docs/decisions/0002-runtime-contract.md: until when which gate may run its application. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deadline } from '../election/state';

/** Until when which gate may run its application, for the gate and for the next process of this elector. */
export interface DeadlineStore {
  read(): Deadline | undefined;
  write(deadline: Deadline): void;
  remove(): void;
}

export class DeadlineFile implements DeadlineStore {
  private readonly path: string;

  constructor(folder: string) {
    this.path = join(folder, 'deadline');
  }

  /** Undefined for none, or for what no elector writes. */
  read(): Deadline | undefined {
    try {
      const [, until, term, gate = ''] = /^(\d+) (\d+) (\S+)\n$/.exec(readFileSync(this.path, 'utf8')) ?? [];
      return until === undefined ? undefined : { until: 10 * Number(until), term: Number(term), gate };
    } catch {
      return undefined;
    }
  }

  /** Whole, or not at all. */
  write({ until, term, gate }: Deadline): void {
    // Rounded down: later than meant, it could be too late.
    writeFileSync(`${this.path}.new`, `${Math.floor(until / 10)} ${term} ${gate}\n`);
    renameSync(`${this.path}.new`, this.path);
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}

/** What a hot standby's application is ill of, as it reads it in a file at each request. */
import { renameSync, writeFileSync } from 'node:fs';
import type { Hindrance } from './history';
import type { Illness } from './faults';

export class Illnesses {
  private readonly all = new Set<Illness>();

  constructor(private readonly file: string) {
    this.write();
  }

  /** Begins it; the returned function ends it. */
  add(illness: Illness): () => void {
    this.all.add(illness);
    this.write();
    return () => {
      this.all.delete(illness);
      this.write();
    };
  }

  /** Whole, or not at all. */
  private write(): void {
    const ills = Object.fromEntries([...this.all].map(({ ask, how }) => [ask, how]));
    writeFileSync(`${this.file}.new`, JSON.stringify(ills));
    renameSync(`${this.file}.new`, this.file);
  }
}

/**
 * When an application that was ill in this time did not do at once what it was told: nobody else stops it. One that
 * refuses to be promoted does not lead.
 */
export function hindranceBy(
  { ask, how }: Illness,
  { from, to }: Pick<Hindrance, 'from' | 'to'>,
): Omit<Hindrance, 'pod'> | undefined {
  if (ask === 'check' || (ask === 'promote' && how === 'refuses')) return undefined;
  return { of: 'hook', from, to: to + (how === 'refuses' ? 0 : how) };
}

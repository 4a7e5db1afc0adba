/** Results on disk: rows of figures, of which a run replaces those that it has measured. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Failovers of one kind; milliseconds without an answer. */
export interface FailoverRow {
  readonly case: string;
  readonly subject: string;
  readonly trials: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;

  /** The longest time without an interruption, of all trials. */
  readonly longestGapMs: number;

  /** Connections that a former leader answered after the new one had begun, in all trials. */
  readonly staleAnswers: number;
}

/** One figure of one subject. */
export interface Figure {
  readonly figure: string;
  readonly subject: string;
  readonly unit: string;
  readonly value: number;
}

export type Row = FailoverRow | Figure;

export function readRows(file: string): Row[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Row[]) : [];
}

export function writeRows(file: string, rows: readonly Row[]): void {
  writeFileSync(file, `${JSON.stringify(replaced(readRows(file), rows), null, 2)}\n`);
}

/** The old rows with the new ones in the place of those that they replace. */
export function replaced(old: readonly Row[], rows: readonly Row[]): Row[] {
  const all = new Map(old.map((row) => [keyOf(row), row]));
  for (const row of rows) all.set(keyOf(row), row);
  return [...all.values()];
}

export function isFailover(row: Row): row is FailoverRow {
  return 'case' in row;
}

function keyOf(row: Row): string {
  return `${isFailover(row) ? row.case : row.figure}/${row.subject}`;
}

/** What was measured of fences, on disk; a run replaces the rows that it has measured. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

export const FENCE_RESULTS = 'bench/results/fence.json';

/** The fence of one gate, under one CPU limit and so many busy threads; milliseconds. */
export interface FenceRow {
  /** As Kubernetes writes it, or `none`. */
  readonly limit: string;
  readonly threads: number;
  readonly subject: string;

  /** Times between two looks at the deadline that were measured. */
  readonly looks: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;

  /** The latest that the application did something after its SIGKILL was due; negative: it had no CPU then. */
  readonly ranOnMs: number;
}

export function readFences(): readonly FenceRow[] {
  return existsSync(FENCE_RESULTS) ? (JSON.parse(readFileSync(FENCE_RESULTS, 'utf8')) as FenceRow[]) : [];
}

export function writeFences(rows: readonly FenceRow[]): void {
  writeFileSync(FENCE_RESULTS, `${JSON.stringify(withFences(readFences(), rows), null, 2)}\n`);
}

/** The old rows with the new ones in the place of those that they replace. */
export function withFences(old: readonly FenceRow[], rows: readonly FenceRow[]): readonly FenceRow[] {
  const keyOf = ({ limit, threads, subject }: FenceRow) => `${limit}/${threads}/${subject}`;
  return [...new Map([...old, ...rows].map((row) => [keyOf(row), row])).values()];
}

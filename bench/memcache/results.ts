/** The trials on disk, with where and when they were made. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Trial } from './trials';

export const MEMCACHE_RESULTS = 'bench/results/memcache.json';

export interface MemcacheResults {
  /** Where the last run was. */
  readonly machine: string;
  readonly kubernetes: string;
  readonly runtime: string;
  readonly trials: readonly Trial[];
}

export function readTrials(file: string): readonly Trial[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as MemcacheResults).trials : [];
}

export function writeResults(file: string, results: MemcacheResults): void {
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}

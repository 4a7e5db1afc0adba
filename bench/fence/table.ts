/** The table of docs/measurements.md: a row for each limit and number of busy threads, a column for each fence. */
import { duration, table } from '../table';
import type { FenceRow } from './results';

/** In each cell the median, the 99th percentile and the maximum. */
export function fenceTable(rows: readonly FenceRow[]): string {
  const subjects = [...new Set(rows.map(({ subject }) => subject))];
  const cases = [...new Map(rows.map((row) => [`${row.limit}/${row.threads}`, row])).values()];
  const cells = cases.map(({ limit, threads }) => [
    limit,
    String(threads),
    ...subjects.map((subject) =>
      cellOf(rows.find((row) => row.limit === limit && row.threads === threads && row.subject === subject)),
    ),
  ]);
  return table(['CPU limit', 'busy threads', ...subjects], cells);
}

function cellOf(row: FenceRow | undefined): string {
  return row === undefined ? '' : [row.p50Ms, row.p99Ms, row.maxMs].map(duration).join(' / ');
}

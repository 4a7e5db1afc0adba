/** Results as the documentation shows them: tables in docs/measurements.md, and a plot. */
import { readFileSync, writeFileSync } from 'node:fs';
import { CASES } from './failover/cases';
import { SUBJECTS } from './failover/subjects';
import { readFences } from './fence/results';
import { fenceTable } from './fence/table';
import { readOutages } from './outage/results';
import { outageTable } from './outage/table';
import { plotFailover } from './plot';
import { type FailoverRow, type Figure, type Row, isFailover, readRows } from './results';
import { duration, table } from './table';

export const FAILOVER_RESULTS = 'bench/results/failover.json';
export const FOOTPRINT_RESULTS = 'bench/results/footprint.json';

const PAGE = 'docs/measurements.md';
const PLOT = 'docs/failover.svg';

/** Brings page and plot up to date with the results. */
export function writeReport(): void {
  const [failover, footprint] = [readRows(FAILOVER_RESULTS), readRows(FOOTPRINT_RESULTS)];
  const page = readFileSync(PAGE, 'utf8');
  const tables = {
    failover: failoverTable(failover),
    'own-time': figuresTable(failover),
    footprint: figuresTable(footprint),
    fence: fenceTable(readFences()),
    outage: outageTable(readOutages()),
  };
  writeFileSync(PAGE, withTables(page, tables));
  writeFileSync(PLOT, plotFailover(failover.filter(isFailover)));
}

/** The page with each table between its marks. */
export function withTables(page: string, tables: Readonly<Record<string, string>>): string {
  return Object.entries(tables).reduce((text, [name, table]) => {
    const [begin, end] = [`<!-- table: ${name} -->`, '<!-- end of table -->'];
    const start = text.indexOf(begin);
    const stop = text.indexOf(end, start);
    if (start < 0 || stop < 0) throw new Error(`the page has no place for the table '${name}'`);
    return `${text.slice(0, start)}${begin}\n\n${table}\n\n${text.slice(stop)}`;
  }, page);
}

export function failoverTable(rows: readonly Row[]): string {
  const found = rows.filter(isFailover);
  const cells = CASES.flatMap((kase) =>
    SUBJECTS.flatMap(({ name, shows }) =>
      found
        .filter((row) => row.case === kase.name && row.subject === name)
        .map((row) => [kase.shows, shows, ...cellsOf(row)]),
    ),
  );
  return table(['case', 'subject', 'trials', 'p50', 'p95', 'max', 'longest gap', 'stale answers'], cells);
}

/** A row for each figure, a column for each subject. */
export function figuresTable(rows: readonly Row[]): string {
  const figures = rows.filter((row): row is Figure => !isFailover(row));
  const subjects = [...new Set(figures.map(({ subject }) => subject))];
  const names = [...new Map(figures.map((figure) => [figure.figure, figure.unit]))];
  const cells = names.map(([name, unit]) => [
    name,
    unit,
    ...subjects.map((subject) => valueOf(figures, name, subject)),
  ]);
  return table(['figure', 'unit', ...subjects], cells);
}

function cellsOf({ trials, p50Ms, p95Ms, maxMs, longestGapMs, staleAnswers }: FailoverRow): string[] {
  return [String(trials), ...[p50Ms, p95Ms, maxMs, longestGapMs].map(duration), String(staleAnswers)];
}

function valueOf(figures: readonly Figure[], name: string, subject: string): string {
  const found = figures.find((one) => one.figure === name && one.subject === subject);
  return found === undefined ? '' : String(found.value);
}

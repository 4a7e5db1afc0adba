/** The table of docs/measurements.md: a row for each profile and kind of outage, two columns for each subject. */
import { table } from '../table';
import { SUBJECTS, type Subject } from './member';
import { KINDS } from './relay';
import { type OutageRow, PROFILES } from './results';

const HEAD = ['`ElectionTiming`', 'outage'];

export function outageTable(rows: readonly OutageRow[]): string {
  const subjects = Object.keys(SUBJECTS) as Subject[];
  const cells = PROFILES.flatMap((profile) =>
    KINDS.flatMap((kind) => {
      const found = rows.filter((row) => row.profile === profile && row.kind === kind);
      const cellsOf = (subject: Subject) => shown(found.find((row) => row.subject === subject));
      return found.length === 0 ? [] : [[`\`${profile}\``, kind, ...subjects.flatMap(cellsOf)]];
    }),
  );
  const columns = Object.values(SUBJECTS).flatMap((name) => [`${name} survives`, 'leads lost']);
  return table([...HEAD, ...columns], cells);
}

function shown(row: OutageRow | undefined): readonly string[] {
  if (row === undefined) return ['', ''];
  return [survived(row), `${row.lost} of ${row.trials}`];
}

function survived({ kind, lost, trials, survivedMs, lostMs, gapMs }: OutageRow): string {
  if (kind !== 'half-open') return `${seconds(survivedMs)}, not ${seconds(lostMs)}`;
  if (lost === trials) return 'none';
  return lost === 0 ? `any; ${seconds(gapMs)} without a renewal` : 'some';
}

function seconds(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '?' : `${(milliseconds / 1000).toFixed(2)} s`;
}

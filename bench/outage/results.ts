/** What was measured of outages, on disk; a run replaces the rows that it has measured. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Subject } from './member';
import type { Kind } from './relay';

const OUTAGE_RESULTS = 'bench/results/outage.json';

/** Outages of one kind, of leads with the times of one profile; milliseconds. */
export interface OutageRow {
  readonly profile: Profile;
  readonly kind: Kind;
  readonly subject: Subject;
  readonly trials: number;

  /** Of these, how many ended the lead. */
  readonly lost: number;

  /** As `Bounds` has it; not of `half-open`, whose outages have no end. */
  readonly survivedMs?: number;
  readonly lostMs?: number;

  /** The longest time without a good renewal that a lead survived. */
  readonly gapMs: number;
}

export const PROFILES = ['fast', 'default', 'patient'] as const;

/** One of `ElectionTiming`. */
export type Profile = (typeof PROFILES)[number];

export function readOutages(): readonly OutageRow[] {
  return existsSync(OUTAGE_RESULTS) ? (JSON.parse(readFileSync(OUTAGE_RESULTS, 'utf8')) as OutageRow[]) : [];
}

export function writeOutages(rows: readonly OutageRow[]): void {
  writeFileSync(OUTAGE_RESULTS, `${JSON.stringify(withOutages(readOutages(), rows), null, 2)}\n`);
}

/** The old rows with the new ones in the place of those that they replace. */
export function withOutages(old: readonly OutageRow[], rows: readonly OutageRow[]): readonly OutageRow[] {
  const keyOf = ({ profile, kind, subject }: OutageRow) => `${profile}/${kind}/${subject}`;
  return [...new Map([...old, ...rows].map((row) => [keyOf(row), row])).values()];
}

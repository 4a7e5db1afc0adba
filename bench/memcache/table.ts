/** The table of docs/memcache.md: a row for each fault, release and election. */
import { table } from '../table';
import { type Election, type Trial, summaryOf } from './trials';

/** The faults in the order of the table, and what each does to the master. */
export const SHOWN = {
  deleted: 'pod is deleted',
  killed: 'program is killed',
  'killed-putting': 'program is killed while keys are put',
  'rolled-out': 'group is rolled out',
  drained: 'node is drained',
  frozen: 'node hangs for 25 s',
  'powered-off': 'node is powered off',
} as const;

export type FaultName = keyof typeof SHOWN;

const ELECTED_BY: Readonly<Record<Election, string>> = {
  runtime: 'this runtime',
  embedded: 'MemCache itself',
};

const HEAD = [
  "the master's",
  'release',
  'elected by',
  'trials',
  'keys not read again',
  'puts not there',
  'calls failed',
  'pause, p50',
  'pause, max',
];

export function memcacheTable(trials: readonly Trial[]): string {
  const releases = [...new Set(trials.map(({ release }) => release))].sort();
  const rows = Object.entries(SHOWN).flatMap(([fault, shown]) =>
    releases.flatMap((release) =>
      Object.entries(ELECTED_BY).flatMap(([election, by]) => {
        const tried = trials.filter(
          (trial) => trial.fault === fault && trial.release === release && trial.election === election,
        );
        return tried.length === 0 ? [] : [[shown, release, by, ...cellsOf(tried)]];
      }),
    ),
  );
  return table(HEAD, rows);
}

function cellsOf(trials: readonly Trial[]): string[] {
  const { keys, lostKeys, neverThere, failedCalls, p50Seconds, maxSeconds } = summaryOf(trials);
  const pauses = [p50Seconds, maxSeconds].map((seconds) => `${seconds.toFixed(1)} s`);
  return [
    String(trials.length),
    `${lostKeys} of ${keys}`,
    String(neverThere),
    String(failedCalls),
    ...pauses,
  ];
}

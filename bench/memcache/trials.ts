/** What the trials of a fault come to: keys that were not read again, and how long a client stood still. */
import type { ClientReport } from '../../cluster/memcache/client';
import { percentile } from '../statistics';

/** Who elects: this project's runtime, or MemCache itself. */
export type Election = 'runtime' | 'embedded';

/** One fault of one group. */
export interface Trial {
  readonly fault: string;
  readonly release: string;
  readonly election: Election;

  /** ISO 8601. */
  readonly at: string;

  /** The machine's load, averaged over the minute before. */
  readonly load: number;

  /** Put and read before, and not read again although the client had its time. */
  readonly lostKeys: number;
  readonly keys: number;

  /** Puts under way whose success the client was told, of keys that were never there. */
  readonly neverThere: number;
  readonly pauseSeconds: number;
  readonly longestCallSeconds: number;
  readonly failedCalls: number;
}

/** Whether the client has read all keys in a round that began after the fault. */
export function hasRecovered(struck: ClientReport, now: ClientReport): boolean {
  return now.prefix === struck.prefix && now.round > struck.round + 1 && now.lost.length === 0;
}

/**
 * What a trial shows: from `before` the fault to the `last` that was seen, `waitedSeconds` after it. Keys of a client that
 * did not recover are not counted as kept: nobody has read them.
 */
export function outcomeOf(
  before: ClientReport,
  struck: ClientReport,
  last: ClientReport,
  waitedSeconds: number,
): Pick<Trial, 'lostKeys' | 'keys' | 'neverThere' | 'pauseSeconds' | 'longestCallSeconds' | 'failedCalls'> {
  const isSame = last.prefix === before.prefix;
  const finished = isSame && last.round > struck.round + 1;
  const keys = isSame ? last.acknowledged : before.acknowledged;
  return {
    keys,
    lostKeys: finished ? last.lost.length : keys,
    neverThere: isSame ? last.neverThere - before.neverThere : 0,
    pauseSeconds: rounded(finished ? last.longestPause : Math.max(last.longestPause, waitedSeconds)),
    longestCallSeconds: rounded(last.longestCall),
    failedCalls: last.failedCalls,
  };
}

/** The old trials, those of a fault and group that were tried anew replaced. */
export function withTrials(old: readonly Trial[], made: readonly Trial[]): Trial[] {
  const anew = new Set(made.map(keyOf));
  return [...old.filter((trial) => !anew.has(keyOf(trial))), ...made];
}

/** All trials of a fault, a release and an election. */
export interface Summary {
  readonly trials: number;
  readonly keys: number;
  readonly lostKeys: number;
  readonly neverThere: number;
  readonly p50Seconds: number;
  readonly maxSeconds: number;
  readonly failedCalls: number;
}

export function summaryOf(trials: readonly Trial[]): Summary {
  const sum = (valueOf: (trial: Trial) => number) => trials.reduce((total, one) => total + valueOf(one), 0);
  const pauses = trials.map(({ pauseSeconds }) => pauseSeconds);
  return {
    trials: trials.length,
    keys: sum(({ keys }) => keys),
    lostKeys: sum(({ lostKeys }) => lostKeys),
    neverThere: sum(({ neverThere }) => neverThere),
    p50Seconds: percentile(pauses, 50),
    maxSeconds: Math.max(...pauses),
    failedCalls: sum(({ failedCalls }) => failedCalls),
  };
}

function keyOf({ fault, release, election }: Trial): string {
  return `${fault}/${release}/${election}`;
}

function rounded(seconds: number): number {
  return Math.round(10 * seconds) / 10;
}

/** The client of the real MemCache, `images/memcache/mmc_local_client`: what it puts and reads, and what it has seen. */
import { setTimeout as sleep } from 'node:timers/promises';
import { exec } from '../kubectl';
import { eventually } from '../wait';

export const CLIENT = 'local-service-pod-0';

/** More keys than a round on a busy machine puts at once; the client stops at 40. */
const ENOUGH_KEYS = 40;

/** MemCache itself waits a minute for a master that is gone without a word. */
const RECOVERY_LIMIT_MS = 180_000;
const START_LIMIT_MS = 120_000;

/** Before a fault that strikes meanwhile, and after it. */
const PUTTING_MS = 2000;

/** What the client saw, after a round in which it read every key. */
export interface ClientReport {
  /** Of its keys; another one is another process. */
  readonly prefix: string;
  readonly round: number;

  /** Put, and read after that. */
  readonly acknowledged: number;

  /** Of these, what the round did not read. */
  readonly lost: readonly string[];

  /** Puts that succeeded, of keys that were not read after that. */
  readonly neverThere: number;

  /** Seconds in which no call succeeded. */
  readonly longestPause: number;

  /** Seconds of the longest call, whatever came of it. */
  readonly longestCall: number;
  readonly failedCalls: number;
}

/** What it sees once it has put all its keys and reads them. */
export function untilStored(namespace: string): Promise<ClientReport> {
  return eventually(`the client has put ${ENOUGH_KEYS} keys and reads them`, {
    look: () => clientReport(namespace),
    until: ({ acknowledged, lost }) => acknowledged >= ENOUGH_KEYS && lost.length === 0,
    limitMs: START_LIMIT_MS,
  });
}

export async function clientReport(namespace: string): Promise<ClientReport> {
  return JSON.parse(await exec({ namespace, pod: CLIENT }, 'cat', '/tmp/report')) as ClientReport;
}

/** From here on pauses and failures count anew; the client puts so many keys more, one a round. */
export async function forgetPauses(namespace: string, moreKeys = 0): Promise<void> {
  await exec({ namespace, pod: CLIENT }, 'mmc_local_client', '--forget', String(moreKeys));
  await eventually('the client has forgotten its pauses', {
    look: () => exec({ namespace, pod: CLIENT }, 'sh', '-c', 'ls /tmp'),
    until: (files) => !files.includes('report.forget'),
  });
}

/** Strikes while the client puts, reads and removes one key after the other, instead of reading those that it has. */
export async function whilePutting(namespace: string, strike: () => Promise<void>): Promise<void> {
  await exec({ namespace, pod: CLIENT }, 'mmc_local_client', '--busy');
  try {
    await sleep(PUTTING_MS);
    await strike();
    await sleep(PUTTING_MS);
  } finally {
    await exec({ namespace, pod: CLIENT }, 'mmc_local_client', '--calm');
  }
}

/** What the client sees once it has read all keys again, in a round that began now. Fails if it never reads them all. */
export async function readAgain(namespace: string): Promise<ClientReport> {
  const { round } = await clientReport(namespace);
  return eventually('the client reads every key that it has put', {
    look: () => clientReport(namespace),
    until: (report) => report.round > round + 1 && report.lost.length === 0,
    limitMs: RECOVERY_LIMIT_MS,
  });
}

/** libfaketime, where it is installed (`apt-get install libfaketime`): it moves the wall clock of one process. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export const FAKETIME = readdirSync('/usr/lib')
  .map((folder) => `/usr/lib/${folder}/faketime/libfaketimeMT.so.1`)
  .find((file) => existsSync(file));

/** How much the wall clock of the member with that folder is ahead. */
export function clockIn(folder: string): string {
  return join(folder, 'clock');
}

/** Gives a process the clock of the folder's member, where one can be given. */
export function clockEnvironment(folder: string): Readonly<Record<string, string>> {
  if (FAKETIME === undefined) return {};
  return {
    LD_PRELOAD: FAKETIME,
    DONT_FAKE_MONOTONIC: '1',
    FAKETIME_TIMESTAMP_FILE: clockIn(folder),
    FAKETIME_CACHE_DURATION: '1',
  };
}

/** For the names of tests. */
export const unlessFaketime =
  FAKETIME === undefined ? ' (SKIPPED: wall clocks, since libfaketime is not installed)' : '';

const SHARED_MEMORY = '/dev/shm';

/** What it keeps for a process is left behind by SIGKILL. */
export function removeLeftovers(): void {
  if (FAKETIME === undefined) return;
  for (const name of readdirSync(SHARED_MEMORY)) {
    const [, pid] = /^(?:sem\.)?faketime_(?:shm|sem)_(\d+)$/.exec(name) ?? [];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) rmSync(join(SHARED_MEMORY, name), { force: true });
  }
}

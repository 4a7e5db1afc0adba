/** libfaketime, where it is installed (`apt-get install libfaketime`): it moves the wall clock of one process. */
import { existsSync, readdirSync } from 'node:fs';

export const FAKETIME = readdirSync('/usr/lib')
  .map((folder) => `/usr/lib/${folder}/faketime/libfaketimeMT.so.1`)
  .find((file) => existsSync(file));

/** For the names of tests. */
export const unlessFaketime =
  FAKETIME === undefined ? ' (SKIPPED: wall clocks, since libfaketime is not installed)' : '';

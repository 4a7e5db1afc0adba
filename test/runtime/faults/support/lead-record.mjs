// What an application keeps on record of the time in which it led.
//
// One file each time, `TERM FIRST LAST`: the times are the kernel's uptime, and LAST is written again and again for as
// long as it leads. What a SIGKILL ends needs to say no last word.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';

const BEAT_MS = 20;

let records = 0;

/** @returns what ends it */
export function beginRecord(folder, term) {
  const first = now();
  records += 1;
  const file = openSync(join(folder, `${first.trim()}-${term}-${records}`), 'wx');
  const beat = () => writeSync(file, `${term} ${first} ${now()}\n`, 0);
  beat();
  const timer = setInterval(beat, BEAT_MS);
  return () => {
    clearInterval(timer);
    beat();
    closeSync(file);
  };
}

/** A promotion that was refused. */
export function recordRefusal(folder, term) {
  const at = now();
  records += 1;
  const file = openSync(join(folder, `${at.trim()}-${term}-${records}`), 'wx');
  writeSync(file, `refused ${term} ${at}\n`);
  closeSync(file);
}

function now() {
  const text = readFileSync('/proc/uptime', 'utf8');
  return text.slice(0, text.indexOf(' ')).padStart(14);
}

// A small application: answers HTTP after its start, and keeps on record until when it ran.
//
// Its record is one file a run, `TERM FIRST LAST`: the times are the kernel's uptime, and LAST is written again and again
// for as long as anything of it runs. What a SIGKILL ends needs to say no last word.
import { openSync, readFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setInterval, setTimeout } from 'node:timers';

const BEAT_MS = 20;

const [folder, host, port, startMs, stopMs] = process.argv.slice(2);
const term = process.env.HA_TERM;

function now() {
  const text = readFileSync('/proc/uptime', 'utf8');
  return text.slice(0, text.indexOf(' ')).padStart(14);
}

const first = now();
const record = openSync(join(folder, `${first.trim()}-${term}`), 'wx');
const beat = () => writeSync(record, `${term} ${first} ${now()}\n`, 0);
beat();
setInterval(beat, BEAT_MS);

setTimeout(() => {
  createServer((_, response) => response.end('ok\n')).listen(Number(port), host);
}, Number(startMs));

// Without a time to stop in it is one that only SIGKILL ends.
process.on('SIGTERM', () => {
  if (stopMs !== 'never') setTimeout(() => process.exit(0), Number(stopMs));
});

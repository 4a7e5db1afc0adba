// A small application behind a gate: answers HTTP after its start, and leads for as long as it runs.
import { createServer } from 'node:http';
import { setTimeout } from 'node:timers';
import { beginRecord } from './lead-record.mjs';

const [folder, host, port, startMs, stopMs] = process.argv.slice(2);

beginRecord(folder, process.env.HA_TERM);

setTimeout(() => {
  createServer((_, response) => response.end('ok\n')).listen(Number(port), host);
}, Number(startMs));

// Without a time to stop in it is one that only SIGKILL ends.
process.on('SIGTERM', () => {
  if (stopMs !== 'never') setTimeout(() => process.exit(0), Number(stopMs));
});

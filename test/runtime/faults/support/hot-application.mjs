// A small application of a group with hot standbys, as docs/election.md wants it: it runs always, leads from a promotion
// to a demotion, and takes orders of older terms for what they are.
//
// It reads at each request what it is ill of: `{"demote":"refuses"}` answers with an error and does nothing, a number is
// how many milliseconds late it is.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import { beginRecord, recordRefusal } from './lead-record.mjs';

const [folder, illnesses, host, port, hookPort, startMs, stopMs] = process.argv.slice(2);

const DONE = 200;
const TOO_OLD = 409;
const ILL = 503;

let lead;
let demotedFrom = 0;

const asks = {
  check: () => DONE,

  promote(term) {
    if (lead?.term === term) return DONE;
    if (term <= demotedFrom || term < lead?.term) {
      recordRefusal(folder, term);
      return TOO_OLD;
    }
    lead?.end();
    lead = { term, end: beginRecord(folder, term) };
    return DONE;
  },

  demote(term) {
    demotedFrom = Math.max(demotedFrom, term);
    if (lead?.term <= term) {
      lead.end();
      lead = undefined;
    }
    return DONE;
  },
};

async function answer(request, response) {
  const ask = request.url.slice(1);
  const how = JSON.parse(readFileSync(illnesses, 'utf8'))[ask];
  let body = '';
  for await (const chunk of request) body += chunk;
  if (typeof how === 'number') await sleep(how);
  response.writeHead(how === 'refuses' ? ILL : asks[ask](JSON.parse(body || '{}').term)).end();
}

function serve(where) {
  createServer((request, response) => {
    // Whoever gives a request up breaks it off.
    answer(request, response).catch(() => response.destroy());
  }).listen(Number(where), host);
}

setTimeout(() => {
  serve(port);
  serve(hookPort);
}, Number(startMs));

// It leads until its end. Without a time to stop in it is one that only SIGKILL ends.
process.on('SIGTERM', () => {
  if (stopMs !== 'never') setTimeout(() => process.exit(0), Number(stopMs));
});

/** `elect` and `ensure-lease`, as the contract has them. */
import { createServer } from 'node:http';
import { Elector } from './elector.mjs';
import { flagsOf } from './flags.mjs';
import { ensureLease } from './lease.mjs';

function listen(elector, [host, port]) {
  const server = createServer(({ url }, response) => {
    const good = elector.health[url];
    response.writeHead(good === undefined ? 404 : good ? 200 : 503).end(`{"term":${elector.term}}\n`);
  });
  server.listen(Number(port), host);
}

async function elect(flags) {
  const elector = new Elector(flags);
  listen(elector, flags.one('listen').split(':'));
  // The application has stopped by now: the next may start.
  process.once('SIGTERM', () => elector.release().finally(() => process.exit(0)));
  await elector.run();
}

const [command, ...words] = process.argv.slice(2);
const flags = flagsOf(words);
if (command === 'elect') await elect(flags);
else await ensureLease(flags.one('lease-name'), flags.milliseconds('lease-duration'));

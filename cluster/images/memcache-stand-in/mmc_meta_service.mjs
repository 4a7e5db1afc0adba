#!/usr/bin/env node
/**
 * Stands in for MetaService: one process that serves `meta` and `config`, answers on its metrics port, and logs when it ran.
 *
 * STAND_IN_START_SECONDS, STAND_IN_STOP_SECONDS: how long it takes to start and to stop; 0 unless set.
 */
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { elect } from './own-election.mjs';
import { addressOf, flag, oneOf, path, readConfig, tlsKeys, url, whole } from './config-file.mjs';

/** The addresses that it listens on, with their schemes. */
const SERVED = {
  'ock.mmc.meta_service_url': 'tcp',
  'ock.mmc.meta_service.config_store_url': 'tcp',
  'ock.mmc.meta_service.metrics_url': 'http',
};
const KEYS = {
  ...Object.fromEntries(Object.entries(SERVED).map(([key, scheme]) => [key, url(scheme)])),
  'ock.mmc.meta.ha.enable': flag,
  'ock.mmc.log_level': oneOf('debug', 'info', 'warn', 'error'),
  'ock.mmc.log_path': path,
  'ock.mmc.log_rotation_file_size': whole(1, 500),
  'ock.mmc.log_rotation_file_count': whole(1, 50),
  'ock.mmc.evict_threshold_high': whole(2, 99),
  'ock.mmc.evict_threshold_low': whole(1, 98),
  'ock.mmc.ubs_io.enable': flag,
  ...tlsKeys('ock.mmc.tls'),
  ...tlsKeys('ock.mmc.config_store.tls'),
};
const REQUIRED = Object.keys(SERVED);

const TRACE_PERIOD_MS = 50;

const { env } = process;
const pod = env.POD_NAME ?? env.META_POD_NAME ?? hostname();
const term = env.HA_TERM ?? 'none';

/** Seconds of the kernel's uptime, which all nodes of a machine share. */
function uptime() {
  return readFileSync('/proc/uptime', 'utf8').split(' ')[0];
}

function logTo(folder) {
  mkdirSync(folder, { recursive: true });
  return (word) => appendFileSync(`${folder}/mmc-meta.log`, `${uptime()} ${word} ${pod} term ${term}\n`);
}

/** Keeps in a file of this run when it was alive last, so that a run that is killed has an end too: whole at any time. */
function leaveTrace(folder) {
  const start = uptime();
  const next = `${folder}/.${start}`;
  mkdirSync(folder, { recursive: true });
  const write = () => {
    writeFileSync(next, `${start} ${uptime()} ${pod} ${term}\n`);
    renameSync(next, `${folder}/${start}`);
  };
  write();
  setInterval(write, TRACE_PERIOD_MS);
}

function serve({ host, port }) {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(`${pod} ${term}\n`);
  });
  return new Promise((resolve) => server.listen(port, host, resolve));
}

/** Errors of the business would be told with 200 too, as MemCache does. */
function answer({ url: asked }, response) {
  const health = { status: 'ok', role: 'leader', ha_state: 'serving', service_ready: true };
  const body = asked === '/metrics' ? `memcache_up{pod="${pod}"} 1\n` : JSON.stringify(health);
  response.writeHead(['/health', '/metrics'].includes(asked) ? 200 : 404).end(body);
}

function serveMetrics({ host, port }) {
  return new Promise((resolve) => createHttpServer(answer).listen(port, host, resolve));
}

async function main() {
  const config = readConfig(env.MMC_META_CONFIG_PATH, KEYS, REQUIRED);
  const logs = `${config['ock.mmc.log_path']}/logs`;
  const log = logTo(logs);
  leaveTrace(`${logs}/runs`);
  process.once('SIGTERM', async () => {
    await setTimeout(1000 * +(env.STAND_IN_STOP_SECONDS ?? 0));
    log('stop');
    process.exit(0);
  });
  log('start');
  await setTimeout(1000 * +(env.STAND_IN_START_SECONDS ?? 0));
  const [meta, store, metrics] = Object.entries(SERVED).map(([key, scheme]) =>
    addressOf(config[key], scheme),
  );
  await Promise.all([serve(meta), serve(store)]);
  await serveMetrics(metrics);
  log('serve');
  if (config['ock.mmc.meta.ha.enable'] === 'true') await elect();
}

main().catch((error) => {
  console.error(`mmc_meta_service: ${error.message}`);
  process.exitCode = 1;
});

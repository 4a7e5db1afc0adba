#!/usr/bin/env node
/**
 * Stands in for an application that uses the cache: asks the MetaService in its configuration who answers, again and
 * again, and prints each change after the kernel's uptime. With `--once` it asks once, and fails if nobody answers.
 */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { addressOf, flag, oneOf, readConfig, size, tlsKeys, url, whole } from './config-file.mjs';

const KEYS = {
  'ock.mmc.meta_service_url': url('tcp'),
  'ock.mmc.local_service.config_store_url': url('tcp'),
  'ock.mmc.local_service.protocol': oneOf(
    'host_rdma',
    'host_urma',
    'host_tcp',
    'host_shm',
    'device_rdma',
    'device_sdma',
  ),
  'ock.mmc.local_service.hcom_url': url('tcp'),
  'ock.mmc.local_service.world_size': whole(1, 1024),
  'ock.mmc.local_service.dram.size': size,
  'ock.mmc.local_service.hbm.size': size,
  'ock.mmc.local_service.max.dram.size': size,
  'ock.mmc.local_service.max.hbm.size': size,
  'ock.mmc.local_service.memory.pool.mode': oneOf('standard', 'expanded'),
  'ock.mmc.client.retry_milliseconds': whole(0, 600_000),
  'ock.mmc.client.timeout.seconds': whole(1, 600),
  'ock.mmc.client.read_thread_pool.size': whole(1, 64),
  'ock.mmc.client.write_thread_pool.size': whole(1, 64),
  'ock.mmc.client.aggregate.io': flag,
  'ock.mmc.client.aggregate.num': whole(1, 131_072),
  'ock.mmc.log_level': oneOf('debug', 'info', 'warn', 'error'),
  'ock.mmc.ubs_io.enable': flag,
  ...tlsKeys('ock.mmc.tls'),
  ...tlsKeys('ock.mmc.config_store.tls'),
  ...tlsKeys('ock.mmc.local_service.hcom.tls'),
};
const REQUIRED = [...Object.keys(KEYS).slice(0, 4), 'ock.mmc.local_service.dram.size'];

const PERIOD_MS = 50;
const PATIENCE_MS = 1000;

/** `POD TERM` of whoever answers, or `nobody: REASON`. */
function ask({ host, port }) {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ host, port, timeout: PATIENCE_MS });
    socket.on('data', (data) => (answer += data));
    socket.on('end', () => resolve(answer.trim()));
    socket.on('timeout', () => socket.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })));
    socket.on('error', ({ code }) => resolve(`nobody: ${code}`));
  });
}

async function printOnce(addresses) {
  const [meta, store] = await Promise.all(addresses.map(ask));
  console.log(`meta: ${meta}, config: ${store}`);
  if ([meta, store].some((answer) => answer.startsWith('nobody'))) process.exitCode = 1;
}

async function printChanges(addresses) {
  let last = '';
  for (;;) {
    const [meta, store] = await Promise.all(addresses.map(ask));
    const seen = `meta: ${meta}, config: ${store}`;
    if (seen !== last) console.log(`${readFileSync('/proc/uptime', 'utf8').split(' ')[0]} ${seen}`);
    last = seen;
    await setTimeout(PERIOD_MS);
  }
}

async function main() {
  const config = readConfig(process.env.MMC_LOCAL_CONFIG_PATH, KEYS, REQUIRED);
  const addresses = REQUIRED.slice(0, 2).map((key) => addressOf(config[key], 'tcp'));
  await (process.argv.includes('--once') ? printOnce(addresses) : printChanges(addresses));
}

process.once('SIGTERM', () => process.exit(0));
main().catch((error) => {
  console.error(`mmc_local_client: ${error.message}`);
  process.exitCode = 1;
});

/**
 * The keys that the programs of each release line know, tried with the programs themselves: a file with another key stops
 * the start. A key is listed where every release of the line takes it.
 */

/** Which program reads the file: MetaService `mmc-meta.conf`, a client `mmc-local.conf`. */
export type Reader = 'meta' | 'local';

const TLS_NAMES = [
  'enable',
  'ca.path',
  'ca.crl.path',
  'cert.path',
  'key.path',
  'key.pass.path',
  'decrypter.path',
];

function tls(connection: string): string[] {
  return [...hcomTls(connection), `${connection}.package.path`];
}

function hcomTls(connection: string): string[] {
  return TLS_NAMES.map((name) => `${connection}.${name}`);
}

const META_ALWAYS = [
  'meta_service_url',
  'meta_service.config_store_url',
  'meta_service.metrics_url',
  'meta.ha.enable',
  'log_level',
  'log_path',
  'log_rotation_file_size',
  'log_rotation_file_count',
  'evict_threshold_high',
  'evict_threshold_low',
  ...tls('tls'),
  ...tls('config_store.tls'),
];

/** 1.1.3 to 1.2.0 have `meta.backup.enable` too, and 1.2.0 alone `rewarm.dram_watermark`. */
const META_SINCE_1_2 = [
  'log_output_target',
  'meta.lease_ttl_ms',
  'meta_service.metrics_report_interval_seconds',
  'kv_events.enable',
  'kv_events.endpoint',
  'kv_events.model_name',
  'kv_events.tenant_id',
  'kv_events.block_size',
  'kv_events.queue_capacity',
  'kv_events.hash_as_int',
  'storage.prefetch.enabled',
  'storage.pending_wait.timeout',
  ...tls('metrics.tls'),
];

const META_SINCE_1_3 = [
  'defrag_evict_threshold',
  'dynamic_config.enable',
  'dynamic_config.interval',
  'evict_check_interval_seconds',
  'evict_yield_duration_us',
  'evict_yield_interval',
  'kv_events.transport',
  'meta_service.alloc.max_value_mode.enabled',
  'meta_service.lru_shard_count',
  'meta_service.lru_type',
  'meta_service.storage.metadata_mode',
  'storage.async_flush.batch_limit',
  'storage.async_flush.interval_ms',
  'zmq.enable_curve',
  'zmq.private_key',
  'zmq.public_key',
];

const LOCAL_ALWAYS = [
  'meta_service_url',
  'local_service.config_store_url',
  'local_service.protocol',
  'local_service.hcom_url',
  'local_service.world_size',
  'local_service.dram.size',
  'local_service.hbm.size',
  'local_service.max.dram.size',
  'local_service.max.hbm.size',
  'client.retry_milliseconds',
  'client.timeout.seconds',
  'client.read_thread_pool.size',
  'client.write_thread_pool.size',
  'client.aggregate.io',
  'client.aggregate.num',
  'log_level',
  ...tls('tls'),
  ...tls('config_store.tls'),
  ...hcomTls('local_service.hcom.tls'),
];

/** 1.1.6 has the first two too, 1.1.0 does not. */
const LOCAL_SINCE_1_2 = [
  'dynamic_config.enable',
  'dynamic_config.interval',
  'client.batch_option.chunk.count',
  'client.batch_option.chunk.size',
  'local_service.backend_id',
  'local_service.config_store_url_domain',
  'local_service.dram.best_effort.enabled',
  'local_service.storage.enabled',
];

const LOCAL_SINCE_1_3 = ['local_service.tag', 'local_service.tag_op_info'];

/** UBS IO's own; since 1.2 any key that begins with `ubsio.` is handed on to it unread. */
const UBS_IO = ['ubsio.disk.path', 'ubsio.mem.size_in_gb', 'ubsio.standalone.device_count'];

function keys(names: readonly string[], others: readonly string[] = []): ReadonlySet<string> {
  return new Set([...names.map((name) => `ock.mmc.${name}`), ...others]);
}

export const KEYS_OF_1_1: Readonly<Record<Reader, ReadonlySet<string>>> = {
  meta: keys([...META_ALWAYS, 'ubs_io.enable']),
  local: keys([...LOCAL_ALWAYS, 'ubs_io.enable']),
};

export const KEYS_OF_1_2: Readonly<Record<Reader, ReadonlySet<string>>> = {
  meta: keys([...META_ALWAYS, ...META_SINCE_1_2], UBS_IO),
  local: keys([...LOCAL_ALWAYS, ...LOCAL_SINCE_1_2], UBS_IO),
};

export const KEYS_OF_1_3: Readonly<Record<Reader, ReadonlySet<string>>> = {
  meta: keys([...META_ALWAYS, ...META_SINCE_1_2, ...META_SINCE_1_3], UBS_IO),
  local: keys([...LOCAL_ALWAYS, ...LOCAL_SINCE_1_2, ...LOCAL_SINCE_1_3], UBS_IO),
};

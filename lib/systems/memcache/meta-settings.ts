/** Settings of MemCache's MetaService: `mmc-meta.conf`. */
import type { Duration, Size } from 'cdk8s';
import { type Problem, inProps, unless } from '../../kube/problems';
import {
  type ConfigLine,
  flag,
  type LogLevel,
  LOG_LEVEL,
  microseconds,
  milliseconds,
  oneOf,
  powerOfTwo,
  setting,
  settingsKeys,
  settingsLines,
  settingsProblems,
  type SettingsTable,
  wholeMegabytes,
  wholeNumber,
  wholeSeconds,
  type WiringKeys,
  wiringLines,
} from '../../settings/config-file';
import { MOST_THRESHOLD, thresholdProblems, withBothThresholds } from './evict-thresholds';
import { keyProblems, type MemCacheRelease } from './releases';
import { type TlsFiles, tlsSetting } from './tls-settings';

/** What a user may set. What is not set is left to the program; what its release does not know is refused. */
export interface MetaSettings {
  /**
   * How much the program logs. MemCache: `ock.mmc.log_level`.
   * @default 'info'
   */
  readonly logLevel?: LogLevel;

  /**
   * Size at which a log file is closed and the next one begun: whole MiB, 1 to 500. MemCache:
   * `ock.mmc.log_rotation_file_size`.
   * @default Size.mebibytes(20)
   */
  readonly logRotationFileSize?: Size;

  /**
   * Log files kept, 1 to 50. MemCache: `ock.mmc.log_rotation_file_count`.
   * @default 50
   */
  readonly logRotationFileCount?: number;

  /**
   * Use of the pool, in percent, from which a put evicts old entries: 2 to 99, with release 1.2 to 94, and above
   * `evictThresholdLow`. MemCache: `ock.mmc.evict_threshold_high`.
   * @default 90
   */
  readonly evictThresholdHigh?: number;

  /**
   * Use of the pool, in percent, down to which entries are evicted: 1 to 98, and below `evictThresholdHigh`. MemCache:
   * `ock.mmc.evict_threshold_low`.
   * @default 80
   */
  readonly evictThresholdLow?: number;

  /**
   * Use of the pool, in percent, from which entries are evicted because no free piece is large enough: 1 to 99. From
   * release 1.3. MemCache: `ock.mmc.defrag_evict_threshold`.
   * @default 70
   */
  readonly defragEvictThreshold?: number;

  /**
   * How often the use of the pool is looked at between puts: whole seconds up to a day; zero for never. From release
   * 1.3. MemCache: `ock.mmc.evict_check_interval_seconds`.
   * @default Duration.seconds(5)
   */
  readonly evictCheckInterval?: Duration;

  /**
   * Entries after which an eviction makes a pause, 0 to 100000; zero for no pauses. From release 1.3. MemCache:
   * `ock.mmc.evict_yield_interval`.
   * @default 0
   */
  readonly evictYieldInterval?: number;

  /**
   * How long that pause is: whole microseconds, 0 to 10000. From release 1.3. MemCache: `ock.mmc.evict_yield_duration_us`.
   * @default 100
   */
  readonly evictYieldMicroseconds?: number;

  /**
   * Whether the order of use is kept in one list or in several. From release 1.3. MemCache: `ock.mmc.meta_service.lru_type`.
   * @default 'sharded_lru'
   */
  readonly lruType?: 'lru' | 'sharded_lru';

  /**
   * Lists of `sharded_lru`: a power of two, 1 to 1024. From release 1.3. MemCache: `ock.mmc.meta_service.lru_shard_count`.
   * @default 16
   */
  readonly lruShardCount?: number;

  /**
   * How long a client that reads an entry may rely on its not being evicted: whole milliseconds, at least 1. From release
   * 1.2. MemCache: `ock.mmc.meta.lease_ttl_ms`.
   * @default Duration.seconds(10)
   */
  readonly readLease?: Duration;

  /**
   * How often a summary of the metrics is logged: whole seconds up to a day; zero for never. From release 1.2. MemCache:
   * `ock.mmc.meta_service.metrics_report_interval_seconds`.
   * @default Duration.seconds(30)
   */
  readonly metricsReportInterval?: Duration;

  /**
   * Who knows what is on SSD: the MetaService (`aggregated`), or UBS IO (`separated`). From release 1.3. MemCache:
   * `ock.mmc.meta_service.storage.metadata_mode`.
   * @default 'aggregated'
   */
  readonly storageMetadata?: 'aggregated' | 'separated';

  /**
   * Whether entries on SSD that are asked for are read ahead into memory. From release 1.2. MemCache:
   * `ock.mmc.storage.prefetch.enabled`.
   * @default - MemCache's
   */
  readonly storagePrefetch?: boolean;

  /**
   * How long a request waits for an entry that is on its way from or to SSD: whole milliseconds, 1 to 60000. From release
   * 1.2. MemCache: `ock.mmc.storage.pending_wait.timeout`.
   * @default - MemCache's
   */
  readonly storagePendingWait?: Duration;

  /**
   * Most entries that move to SSD in one go, 8 to 1024. From release 1.3. MemCache:
   * `ock.mmc.storage.async_flush.batch_limit`.
   * @default - MemCache's
   */
  readonly storageFlushBatch?: number;

  /**
   * How often entries move to SSD: whole milliseconds, 200 to 1000. From release 1.3. MemCache:
   * `ock.mmc.storage.async_flush.interval_ms`.
   * @default - MemCache's
   */
  readonly storageFlushInterval?: Duration;

  /**
   * TLS between clients and MetaService; the clients need it too. MemCache: `ock.mmc.tls.*`.
   * @default - no TLS
   */
  readonly tls?: TlsFiles;

  /**
   * TLS of the configuration store; the clients need it too. MemCache: `ock.mmc.config_store.tls.*`.
   * @default - no TLS
   */
  readonly configStoreTls?: TlsFiles;

  /**
   * TLS of health and metrics, which then answer only those that show a certificate too. From release 1.2. MemCache:
   * `ock.mmc.metrics.tls.*`.
   * @default - no TLS
   */
  readonly metricsTls?: TlsFiles;

  /**
   * Whether evicted entries move to SSD by UBS IO. Set the same for the clients. Release 1.1 only.
   * MemCache: `ock.mmc.ubs_io.enable`.
   * @default false
   */
  readonly ubsIo?: boolean;
}

/** What the construct decides. The URLs name the pod's own address, on which the program listens. */
export interface MetaWiring {
  /** Where clients register and ask: `tcp://IP:PORT`. MemCache: `ock.mmc.meta_service_url`. */
  readonly metaServiceUrl: string;

  /** Where clients exchange addresses: `tcp://IP:PORT`. MemCache: `ock.mmc.meta_service.config_store_url`. */
  readonly configStoreUrl: string;

  /** Health and metrics: `http://IP:PORT`, with TLS `https://IP:PORT`. MemCache: `ock.mmc.meta_service.metrics_url`. */
  readonly metricsUrl: string;

  /** Whether MemCache elects a master by itself. MemCache: `ock.mmc.meta.ha.enable`. */
  readonly haEnable: boolean;

  /** Directory in which MemCache makes its `logs` directory. MemCache: `ock.mmc.log_path`. */
  readonly logPath: string;
}

const DAY = 86_400;
const MOST_MILLISECONDS = 2_147_483_647;

/** MemCache's own pages allow a low threshold of 0, but the program refuses it; so no high threshold of 1 can start. */
const SETTINGS: SettingsTable<MetaSettings> = {
  logLevel: setting('ock.mmc.log_level', LOG_LEVEL),
  logRotationFileSize: setting('ock.mmc.log_rotation_file_size', wholeMegabytes(1, 500)),
  logRotationFileCount: setting('ock.mmc.log_rotation_file_count', wholeNumber(1, 50)),
  evictThresholdHigh: setting('ock.mmc.evict_threshold_high', wholeNumber(2, MOST_THRESHOLD)),
  evictThresholdLow: setting('ock.mmc.evict_threshold_low', wholeNumber(1, 98)),
  defragEvictThreshold: setting('ock.mmc.defrag_evict_threshold', wholeNumber(1, 99)),
  evictCheckInterval: setting('ock.mmc.evict_check_interval_seconds', wholeSeconds(0, DAY)),
  evictYieldInterval: setting('ock.mmc.evict_yield_interval', wholeNumber(0, 100_000)),
  evictYieldMicroseconds: setting('ock.mmc.evict_yield_duration_us', microseconds(0, 10_000)),
  lruType: setting('ock.mmc.meta_service.lru_type', oneOf('lru', 'sharded_lru')),
  lruShardCount: setting('ock.mmc.meta_service.lru_shard_count', powerOfTwo(1, 1024)),
  readLease: setting('ock.mmc.meta.lease_ttl_ms', milliseconds(1, MOST_MILLISECONDS)),
  metricsReportInterval: setting(
    'ock.mmc.meta_service.metrics_report_interval_seconds',
    wholeSeconds(0, DAY),
  ),
  storageMetadata: setting('ock.mmc.meta_service.storage.metadata_mode', oneOf('aggregated', 'separated')),
  storagePrefetch: setting('ock.mmc.storage.prefetch.enabled', flag()),
  storagePendingWait: setting('ock.mmc.storage.pending_wait.timeout', milliseconds(1, 60_000)),
  storageFlushBatch: setting('ock.mmc.storage.async_flush.batch_limit', wholeNumber(8, 1024)),
  storageFlushInterval: setting('ock.mmc.storage.async_flush.interval_ms', milliseconds(200, 1000)),
  tls: tlsSetting('ock.mmc.tls', 'required'),
  configStoreTls: tlsSetting('ock.mmc.config_store.tls', 'required'),
  metricsTls: tlsSetting('ock.mmc.metrics.tls', 'required'),
  ubsIo: setting('ock.mmc.ubs_io.enable', flag()),
};

const WIRING: WiringKeys<MetaWiring> = {
  metaServiceUrl: 'ock.mmc.meta_service_url',
  configStoreUrl: 'ock.mmc.meta_service.config_store_url',
  metricsUrl: 'ock.mmc.meta_service.metrics_url',
  haEnable: 'ock.mmc.meta.ha.enable',
  logPath: 'ock.mmc.log_path',
};

/** All that is wrong with the settings. */
export function metaSettingsProblems(settings: MetaSettings, release: MemCacheRelease): Problem[] {
  return [
    ...settingsProblems(SETTINGS, settings),
    ...keyProblems(release, 'meta', settingsKeys(SETTINGS, settings)),
    ...thresholdProblems(settings, release),
    ...lruProblems(settings),
  ];
}

/** The lines of `mmc-meta.conf`. Assumes settings without problems. */
export function metaConfigLines(settings: MetaSettings, wiring: MetaWiring): ConfigLine[] {
  return [...wiringLines(WIRING, wiring), ...settingsLines(SETTINGS, withBothThresholds(settings))];
}

function lruProblems({ lruType, lruShardCount }: MetaSettings): Problem[] {
  const isOneList = lruType !== 'lru' || lruShardCount === undefined;
  const rule = "with lruType 'lru' there is one list";
  return inProps({ lruShardCount: unless(isOneList, lruShardCount, rule, 'leave it out') });
}

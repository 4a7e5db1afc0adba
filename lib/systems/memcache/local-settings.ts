/** Settings of MemCache's clients, which hold the memory: `mmc-local.conf`. */
import { Duration, Size } from 'cdk8s';
import { type Problem, inProps, unless } from '../../kube/problems';
import {
  type ConfigLine,
  flag,
  type LogLevel,
  LOG_LEVEL,
  memorySize,
  milliseconds,
  setting,
  settingsKeys,
  settingsLines,
  settingsProblems,
  type SettingsTable,
  wholeNumber,
  wholeSeconds,
  type WiringKeys,
  wiringLines,
} from '../../settings/config-file';
import { DEFAULT_DRAM_SIZE, memoryProblems } from './client-memory';
import type { Protocol } from './protocol';
import { keyProblems, type MemCacheRelease } from './releases';
import { type TlsFiles, tlsSetting } from './tls-settings';

/**
 * What a user may set. What is not set is left to the program, except `dramSize`, which it demands, and `clientRetry`,
 * which it would leave out. What its release does not know is refused.
 *
 * Sizes are multiples of 2 MiB, or of 1 GiB with a `device_…` protocol, from 0 to 1 TiB; MemCache would round up
 * others. Hosts of the Atlas A3 series need 1 GiB with every protocol.
 */
export interface LocalSettings {
  /**
   * Most client processes that may join, 1 to 1024. All clients of a MetaService have the same; a change needs its
   * restart. MemCache: `ock.mmc.local_service.world_size`.
   * @default 256
   */
  readonly worldSize?: number;

  /**
   * Host memory that each client process gives; zero if `hbmSize` is not. MemCache: `ock.mmc.local_service.dram.size`.
   * @default DEFAULT_DRAM_SIZE (1 GiB)
   */
  readonly dramSize?: Size;

  /**
   * Device memory that each client process gives; zero with `host_shm`. MemCache: `ock.mmc.local_service.hbm.size`.
   * @default - none
   */
  readonly hbmSize?: Size;

  /**
   * Largest `dramSize` among all clients of the MetaService; all have the same. MemCache:
   * `ock.mmc.local_service.max.dram.size`.
   * @default - as dramSize
   */
  readonly maxDramSize?: Size;

  /**
   * Largest `hbmSize` among all clients of the MetaService; all have the same. MemCache:
   * `ock.mmc.local_service.max.hbm.size`.
   * @default - as hbmSize
   */
  readonly maxHbmSize?: Size;

  /**
   * How long a request is repeated while the MetaService cannot be reached: whole milliseconds, from 60001 to 600000. A
   * request that a lost master has not answered is given up after 60 s, whatever `clientTimeout` says, and is repeated
   * only if time for it is left. MemCache: `ock.mmc.client.retry_milliseconds`.
   * @default DEFAULT_CLIENT_RETRY (90 s); MemCache's own is none, and a fail-over would show as errors
   */
  readonly clientRetry?: Duration;

  /**
   * How long a request may take: whole seconds, 1 to 600. The releases up to 1.3.0 read it but wait 60 s whatever it
   * says. MemCache: `ock.mmc.client.timeout.seconds`.
   * @default Duration.seconds(60)
   */
  readonly clientTimeout?: Duration;

  /**
   * Threads that read, 1 to 64. MemCache: `ock.mmc.client.read_thread_pool.size`.
   * @default 32
   */
  readonly readThreadPoolSize?: number;

  /**
   * Threads that write, 1 to 64. MemCache: `ock.mmc.client.write_thread_pool.size`.
   * @default 4
   */
  readonly writeThreadPoolSize?: number;

  /**
   * Whether the copies of a batch are joined. MemCache: `ock.mmc.client.aggregate.io`.
   * @default true
   */
  readonly aggregateIo?: boolean;

  /**
   * Most copies joined into one, 1 to 131072. MemCache: `ock.mmc.client.aggregate.num`.
   * @default 122
   */
  readonly aggregateNum?: number;

  /**
   * Size of the pieces in which a large batch is copied at the same time, up to 1 TiB. From release 1.2. MemCache:
   * `ock.mmc.client.batch_option.chunk.size`.
   * @default Size.mebibytes(8)
   */
  readonly batchChunkSize?: Size;

  /**
   * Least entries of a batch, and least pieces that it fills, for it to be copied so: 1 to 64. From release 1.2. MemCache:
   * `ock.mmc.client.batch_option.chunk.count`.
   * @default 3
   */
  readonly batchChunkCount?: number;

  /**
   * How much the client logs. MemCache: `ock.mmc.log_level`.
   * @default 'info'
   */
  readonly logLevel?: LogLevel;

  /**
   * Whether evicted entries move to SSD by UBS IO. Set the same for the MetaService. Release 1.1 only.
   * MemCache: `ock.mmc.ubs_io.enable`.
   * @default false
   */
  readonly ubsIo?: boolean;

  /**
   * TLS between clients and MetaService; the MetaService needs it too. MemCache: `ock.mmc.tls.*`.
   * @default - no TLS
   */
  readonly tls?: TlsFiles;

  /**
   * TLS of the configuration store; the MetaService needs it too. MemCache: `ock.mmc.config_store.tls.*`.
   * @default - no TLS
   */
  readonly configStoreTls?: TlsFiles;

  /**
   * TLS between clients, without `packagePath`. MemCache: `ock.mmc.local_service.hcom.tls.*`.
   * @default - no TLS
   */
  readonly hcomTls?: TlsFiles;
}

/** What the construct decides. */
export interface LocalWiring {
  /** The MetaService's Service: `tcp://HOST:PORT`, or with an address for a release without names. MemCache: `ock.mmc.meta_service_url`. */
  readonly metaServiceUrl: string;

  /** The configuration store's Service, alike. MemCache: `ock.mmc.local_service.config_store_url`. */
  readonly configStoreUrl: string;

  /** How clients move data between each other. MemCache: `ock.mmc.local_service.protocol`. */
  readonly protocol: Protocol;

  /** Where other clients reach this one: `tcp://IP:PORT`. MemCache: `ock.mmc.local_service.hcom_url`. */
  readonly hcomUrl: string;
}

/** What the settings have to fit. */
export interface LocalContext {
  readonly protocol: Protocol;
  readonly release: MemCacheRelease;

  /**
   * Client processes of the fleet, each of which is one of `worldSize`.
   * @default - not checked
   */
  readonly fleetSize?: number;
}

/** `clientRetry` of settings that do not set it: more than MemCache waits for a lost master's answer. */
export const DEFAULT_CLIENT_RETRY = Duration.seconds(90);

/** How long MemCache waits for the answer to a request, in every release. */
const ANSWER_TIMEOUT_MS = 60_000;

const CLIENT_RETRY = {
  ...milliseconds(ANSWER_TIMEOUT_MS + 1, 600_000),
  rule: 'a request on a lost master is given up after 60 s, so only a retry of more, up to 600 s, repeats it',
  remedy: 'use Duration.seconds(90), or leave it out',
};

const MOST_MEMORY = Size.tebibytes(1);
const DEFAULT_WORLD_SIZE = 256;
const LARGEST_WORLD = 1024;

const SETTINGS: SettingsTable<LocalSettings> = {
  worldSize: setting('ock.mmc.local_service.world_size', wholeNumber(1, LARGEST_WORLD)),
  dramSize: setting('ock.mmc.local_service.dram.size', memorySize(MOST_MEMORY)),
  hbmSize: setting('ock.mmc.local_service.hbm.size', memorySize(MOST_MEMORY)),
  maxDramSize: setting('ock.mmc.local_service.max.dram.size', memorySize(MOST_MEMORY)),
  maxHbmSize: setting('ock.mmc.local_service.max.hbm.size', memorySize(MOST_MEMORY)),
  clientRetry: setting('ock.mmc.client.retry_milliseconds', CLIENT_RETRY),
  clientTimeout: setting('ock.mmc.client.timeout.seconds', wholeSeconds(1, 600)),
  readThreadPoolSize: setting('ock.mmc.client.read_thread_pool.size', wholeNumber(1, 64)),
  writeThreadPoolSize: setting('ock.mmc.client.write_thread_pool.size', wholeNumber(1, 64)),
  aggregateIo: setting('ock.mmc.client.aggregate.io', flag()),
  aggregateNum: setting('ock.mmc.client.aggregate.num', wholeNumber(1, 131_072)),
  batchChunkSize: setting('ock.mmc.client.batch_option.chunk.size', memorySize(MOST_MEMORY)),
  batchChunkCount: setting('ock.mmc.client.batch_option.chunk.count', wholeNumber(1, 64)),
  logLevel: setting('ock.mmc.log_level', LOG_LEVEL),
  ubsIo: setting('ock.mmc.ubs_io.enable', flag()),
  tls: tlsSetting('ock.mmc.tls', 'required'),
  configStoreTls: tlsSetting('ock.mmc.config_store.tls', 'required'),
  hcomTls: tlsSetting('ock.mmc.local_service.hcom.tls', 'absent'),
};

const WIRING: WiringKeys<LocalWiring> = {
  metaServiceUrl: 'ock.mmc.meta_service_url',
  configStoreUrl: 'ock.mmc.local_service.config_store_url',
  protocol: 'ock.mmc.local_service.protocol',
  hcomUrl: 'ock.mmc.local_service.hcom_url',
};

/** All that is wrong with the settings in their `context`. */
export function localSettingsProblems(settings: LocalSettings, context: LocalContext): Problem[] {
  return [
    ...settingsProblems(SETTINGS, settings),
    ...keyProblems(context.release, 'local', settingsKeys(SETTINGS, settings)),
    ...worldProblems(settings, context),
    ...memoryProblems(settings, context.protocol),
  ];
}

/** The lines of `mmc-local.conf`. Assumes settings without problems. */
export function localConfigLines(settings: LocalSettings, wiring: LocalWiring): ConfigLine[] {
  const { dramSize = DEFAULT_DRAM_SIZE, clientRetry = DEFAULT_CLIENT_RETRY } = settings;
  const demanded = { ...settings, dramSize, clientRetry };
  return [...wiringLines(WIRING, wiring), ...settingsLines(SETTINGS, demanded)];
}

function worldProblems(settings: LocalSettings, { fleetSize = 0 }: LocalContext): Problem[] {
  const { worldSize = DEFAULT_WORLD_SIZE } = settings;
  const remedy = fleetSize > LARGEST_WORLD ? 'make the fleet smaller' : `set ${fleetSize} or more`;
  const rule = `this is at least the number of the fleet's client processes, ${fleetSize}`;
  return inProps({ worldSize: unless(worldSize >= fleetSize, worldSize, rule, remedy) });
}

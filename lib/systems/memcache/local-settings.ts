/** Settings of MemCache's clients, which hold the memory: `mmc-local.conf`. */
import { type Duration, Size } from 'cdk8s';
import type { Problem } from '../../kube/problems';
import {
  type ConfigLine,
  flag,
  kibibytes,
  type LogLevel,
  LOG_LEVEL,
  memorySize,
  milliseconds,
  oneOf,
  setting,
  settingsLines,
  settingsProblems,
  type SettingsTable,
  shown,
  wholeNumber,
  wholeSeconds,
  type WiringKeys,
  wiringLines,
} from './config-file';
import { type TlsFiles, tlsSetting } from './tls-settings';

/** How clients move data between each other. MemCache: `ock.mmc.local_service.protocol`. */
export type Protocol = 'host_rdma' | 'host_urma' | 'host_tcp' | 'host_shm' | 'device_rdma' | 'device_sdma';

/**
 * What a user may set. What is not set is left to the program, except `dramSize`, which it demands.
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
   * How long a request is repeated while the MetaService cannot be reached: whole milliseconds, 0 to 600000. Zero
   * fails requests during a failover. MemCache: `ock.mmc.client.retry_milliseconds`.
   * @default Duration.millis(0)
   */
  readonly clientRetry?: Duration;

  /**
   * How long a request may take: whole seconds, 1 to 600. Releases up to April 2026 read it but wait 60 s whatever it
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
   * `standard`: up to 32 TB, and its addresses can be used directly; `expanded`: up to 128 TB, and they cannot.
   * MemCache: `ock.mmc.local_service.memory.pool.mode`.
   * @default 'standard'
   */
  readonly memoryPoolMode?: 'standard' | 'expanded';

  /**
   * How much the client logs. MemCache: `ock.mmc.log_level`.
   * @default 'info'
   */
  readonly logLevel?: LogLevel;

  /**
   * Whether evicted entries move to SSD by UBS IO. Set the same for the MetaService. MemCache: `ock.mmc.ubs_io.enable`.
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

/** What the construct decides. The URLs name IP addresses: MemCache resolves no host names. */
export interface LocalWiring {
  /** The MetaService's Service: `tcp://IP:PORT`. MemCache: `ock.mmc.meta_service_url`. */
  readonly metaServiceUrl: string;

  /** The configuration store's Service: `tcp://IP:PORT`. MemCache: `ock.mmc.local_service.config_store_url`. */
  readonly configStoreUrl: string;

  /** How clients move data between each other. MemCache: `ock.mmc.local_service.protocol`. */
  readonly protocol: Protocol;

  /** Where other clients reach this one: `tcp://IP:PORT`. MemCache: `ock.mmc.local_service.hcom_url`. */
  readonly hcomUrl: string;
}

/** What the settings have to fit. */
export interface LocalContext {
  readonly protocol: Protocol;

  /**
   * Client processes of the fleet, each of which is one of `worldSize`.
   * @default - not checked
   */
  readonly fleetSize?: number;
}

/** `dramSize` of settings that do not set it: MemCache has a default but refuses a file without the key. */
export const DEFAULT_DRAM_SIZE = Size.gibibytes(1);

const MOST_MEMORY = Size.tebibytes(1);
const NONE = Size.kibibytes(0);
const DEFAULT_WORLD_SIZE = 256;
const LARGEST_WORLD = 1024;

const SETTINGS: SettingsTable<LocalSettings> = {
  worldSize: setting('ock.mmc.local_service.world_size', wholeNumber(1, LARGEST_WORLD)),
  dramSize: setting('ock.mmc.local_service.dram.size', memorySize(MOST_MEMORY)),
  hbmSize: setting('ock.mmc.local_service.hbm.size', memorySize(MOST_MEMORY)),
  maxDramSize: setting('ock.mmc.local_service.max.dram.size', memorySize(MOST_MEMORY)),
  maxHbmSize: setting('ock.mmc.local_service.max.hbm.size', memorySize(MOST_MEMORY)),
  clientRetry: setting('ock.mmc.client.retry_milliseconds', milliseconds(600_000)),
  clientTimeout: setting('ock.mmc.client.timeout.seconds', wholeSeconds(1, 600)),
  readThreadPoolSize: setting('ock.mmc.client.read_thread_pool.size', wholeNumber(1, 64)),
  writeThreadPoolSize: setting('ock.mmc.client.write_thread_pool.size', wholeNumber(1, 64)),
  aggregateIo: setting('ock.mmc.client.aggregate.io', flag()),
  aggregateNum: setting('ock.mmc.client.aggregate.num', wholeNumber(1, 131_072)),
  memoryPoolMode: setting('ock.mmc.local_service.memory.pool.mode', oneOf('standard', 'expanded')),
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

/** All that is wrong with `settings` in their `context`. */
export function localSettingsProblems(settings: LocalSettings, context: LocalContext): Problem[] {
  return [
    ...settingsProblems(SETTINGS, settings, 'settings'),
    ...worldProblems(settings, context),
    ...memoryProblems(settings, context.protocol),
  ];
}

/** The lines of `mmc-local.conf`. Assumes settings without problems. */
export function localConfigLines(settings: LocalSettings, wiring: LocalWiring): ConfigLine[] {
  const { dramSize = DEFAULT_DRAM_SIZE } = settings;
  return [...wiringLines(WIRING, wiring), ...settingsLines(SETTINGS, { ...settings, dramSize })];
}

function worldProblems(settings: LocalSettings, { fleetSize = 0 }: LocalContext): Problem[] {
  const { worldSize = DEFAULT_WORLD_SIZE } = settings;
  if (worldSize >= fleetSize) return [];
  const remedy = fleetSize > LARGEST_WORLD ? 'make the fleet smaller' : `set ${fleetSize} or more`;
  const rule = `this is at least the number of the fleet's client processes, ${fleetSize}`;
  return [{ property: 'settings.worldSize', value: worldSize, rule, remedy }];
}

const SIZE_NAMES = ['dramSize', 'hbmSize', 'maxDramSize', 'maxHbmSize'] as const;
type SizeName = (typeof SIZE_NAMES)[number];
type Sizes = Pick<LocalSettings, SizeName>;

function memoryProblems(settings: LocalSettings, protocol: Protocol): Problem[] {
  const sizes = sizesIn(settings);
  return [
    ...SIZE_NAMES.flatMap((name) => alignmentProblems(name, sizes[name], protocol)),
    ...maximumProblems('dramSize', sizes.dramSize ?? DEFAULT_DRAM_SIZE, 'maxDramSize', sizes.maxDramSize),
    ...maximumProblems('hbmSize', sizes.hbmSize ?? NONE, 'maxHbmSize', sizes.maxHbmSize),
    ...(protocol === 'host_shm' ? sharedMemoryProblems(sizes) : noMemoryProblems(sizes)),
  ];
}

/** The sizes among the settings. What is no `Size` has its own problem and counts here as not set. */
function sizesIn(settings: LocalSettings): Sizes {
  const given = SIZE_NAMES.filter((name) => settings[name] instanceof Size);
  return given.reduce<Sizes>((sizes, name) => ({ ...sizes, [name]: settings[name] }), {});
}

/** MemCache rounds up without a word; here what is written is what happens. */
function alignmentProblems(name: SizeName, size: Size | undefined, protocol: Protocol): Problem[] {
  const unit = protocol.startsWith('device_') ? 1024 : 2;
  const units = size === undefined ? 0 : kibibytes(size) / 1024 / unit;
  if (Number.isInteger(units)) return [];
  const rule = `with ${protocol}, sizes are multiples of ${unit} MiB`;
  return [sizeProblem(name, size, rule, `use Size.mebibytes(${Math.ceil(units) * unit})`)];
}

function maximumProblems(name: SizeName, size: Size, maxName: SizeName, max: Size | undefined): Problem[] {
  if (max === undefined || kibibytes(max) >= kibibytes(size)) return [];
  return [
    sizeProblem(
      maxName,
      max,
      `this is at least ${name}, which is ${size.asString()}`,
      'raise it, or remove it',
    ),
  ];
}

function noMemoryProblems({ dramSize = DEFAULT_DRAM_SIZE, hbmSize = NONE }: Sizes): Problem[] {
  if (isSome(dramSize) || isSome(hbmSize)) return [];
  return [
    sizeProblem(
      'dramSize',
      dramSize,
      'a client gives memory of its host or device',
      'set dramSize or hbmSize',
    ),
  ];
}

function sharedMemoryProblems(sizes: Sizes): Problem[] {
  const { dramSize = DEFAULT_DRAM_SIZE } = sizes;
  const deviceSizes = (['hbmSize', 'maxHbmSize'] as const).filter((name) => isSome(sizes[name] ?? NONE));
  const rule = 'host_shm shares memory of the host, and has none of a device';
  return [
    ...(isSome(dramSize) ? [] : [sizeProblem('dramSize', dramSize, rule, 'set more than 0')]),
    ...deviceSizes.map((name) =>
      sizeProblem(name, sizes[name], rule, 'remove it, or choose another protocol'),
    ),
  ];
}

function isSome(size: Size): boolean {
  return kibibytes(size) > 0;
}

function sizeProblem(name: SizeName, size: Size | undefined, rule: string, remedy: string): Problem {
  return { property: `settings.${name}`, value: shown(size), rule, remedy };
}

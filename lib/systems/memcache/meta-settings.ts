/** Settings of MemCache's MetaService: `mmc-meta.conf`. */
import type { Size } from 'cdk8s';
import type { Problem } from '../../kube/problems';
import {
  type ConfigLine,
  flag,
  type LogLevel,
  LOG_LEVEL,
  setting,
  settingsLines,
  settingsProblems,
  type SettingsTable,
  wholeMegabytes,
  wholeNumber,
  type WiringKeys,
  wiringLines,
} from './config-file';
import { type TlsFiles, tlsSetting } from './tls-settings';

/** What a user may set. What is not set is left to the program. */
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
   * Use of the pool, in percent, from which a put evicts old entries: 2 to 99, and above `evictThresholdLow`. MemCache:
   * `ock.mmc.evict_threshold_high`.
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
   * Whether evicted entries move to SSD by UBS IO. Set the same for the clients. MemCache: `ock.mmc.ubs_io.enable`.
   * @default false
   */
  readonly ubsIo?: boolean;
}

/** What the construct decides. The URLs name IP addresses: MemCache resolves no host names. */
export interface MetaWiring {
  /** Where clients register and ask: `tcp://IP:PORT`. MemCache: `ock.mmc.meta_service_url`. */
  readonly metaServiceUrl: string;

  /** Where clients exchange addresses: `tcp://IP:PORT`. MemCache: `ock.mmc.meta_service.config_store_url`. */
  readonly configStoreUrl: string;

  /** Health and metrics: `http://IP:PORT`. MemCache: `ock.mmc.meta_service.metrics_url`. */
  readonly metricsUrl: string;

  /** Whether MemCache elects a master by itself. MemCache: `ock.mmc.meta.ha.enable`. */
  readonly haEnable: boolean;

  /** Directory in which MemCache makes its `logs` directory. MemCache: `ock.mmc.log_path`. */
  readonly logPath: string;
}

const DEFAULT_HIGH = 90;
const DEFAULT_LOW = 80;

/** MemCache's own pages allow a low threshold of 0, but the program refuses it; so no high threshold of 1 can start. */
const SETTINGS: SettingsTable<MetaSettings> = {
  logLevel: setting('ock.mmc.log_level', LOG_LEVEL),
  logRotationFileSize: setting('ock.mmc.log_rotation_file_size', wholeMegabytes(1, 500)),
  logRotationFileCount: setting('ock.mmc.log_rotation_file_count', wholeNumber(1, 50)),
  evictThresholdHigh: setting('ock.mmc.evict_threshold_high', wholeNumber(2, 99)),
  evictThresholdLow: setting('ock.mmc.evict_threshold_low', wholeNumber(1, 98)),
  tls: tlsSetting('ock.mmc.tls', 'required'),
  configStoreTls: tlsSetting('ock.mmc.config_store.tls', 'required'),
  ubsIo: setting('ock.mmc.ubs_io.enable', flag()),
};

const WIRING: WiringKeys<MetaWiring> = {
  metaServiceUrl: 'ock.mmc.meta_service_url',
  configStoreUrl: 'ock.mmc.meta_service.config_store_url',
  metricsUrl: 'ock.mmc.meta_service.metrics_url',
  haEnable: 'ock.mmc.meta.ha.enable',
  logPath: 'ock.mmc.log_path',
};

/** All that is wrong with `settings`. */
export function metaSettingsProblems(settings: MetaSettings): Problem[] {
  return [...settingsProblems(SETTINGS, settings, 'settings'), ...thresholdProblems(settings)];
}

/** The lines of `mmc-meta.conf`. Assumes settings without problems. */
export function metaConfigLines(settings: MetaSettings, wiring: MetaWiring): ConfigLine[] {
  return [...wiringLines(WIRING, wiring), ...settingsLines(SETTINGS, withBothThresholds(settings))];
}

/** Half a pair hides the other half, which a later release of the program may change. */
function withBothThresholds(settings: MetaSettings): MetaSettings {
  const { evictThresholdHigh, evictThresholdLow } = settings;
  if (evictThresholdHigh === undefined && evictThresholdLow === undefined) return settings;
  return {
    ...settings,
    evictThresholdHigh: evictThresholdHigh ?? DEFAULT_HIGH,
    evictThresholdLow: evictThresholdLow ?? DEFAULT_LOW,
  };
}

/** Reported where the user set something: at the low threshold, or at the high one if only that is set. */
function thresholdProblems({ evictThresholdHigh: high, evictThresholdLow: low }: MetaSettings): Problem[] {
  if ((low ?? DEFAULT_LOW) < (high ?? DEFAULT_HIGH)) return [];
  if (low === undefined) {
    return [
      {
        property: 'settings.evictThresholdHigh',
        value: high,
        rule: `this is above evictThresholdLow, which is ${DEFAULT_LOW} by default`,
        remedy: 'raise it, or set a lower evictThresholdLow too',
      },
    ];
  }
  return [
    {
      property: 'settings.evictThresholdLow',
      value: low,
      rule: `this is below evictThresholdHigh, which is ${high ?? `${DEFAULT_HIGH} by default`}`,
      remedy: 'lower it, or raise evictThresholdHigh',
    },
  ];
}

/** MetaService's settings: every key, every rule. */
import { Duration, Size } from 'cdk8s';
import { renderConfigFile } from '../../../lib/settings/config-file';
import {
  metaConfigLines,
  type MetaSettings,
  metaSettingsProblems as problemsIn,
  type MetaWiring,
} from '../../../lib/systems/memcache/meta-settings';
import type { MemCacheRelease } from '../../../lib/systems/memcache/releases';
import { tlsFilesFrom } from '../../../lib/systems/memcache/tls-settings';
import { reported } from '../../support/problems';

function metaSettingsProblems(settings: MetaSettings, release: MemCacheRelease = '1.3') {
  return reported('settings', problemsIn(settings, release));
}

const WIRING: MetaWiring = {
  metaServiceUrl: 'tcp://10.0.0.1:5123',
  configStoreUrl: 'tcp://10.0.0.1:6123',
  metricsUrl: 'http://10.0.0.1:8000',
  haEnable: false,
  logPath: '/var/log/memcache',
};

const FULL = { crl: true, keyPass: true, packagePath: '/usr/lib64', decrypterPath: '/opt/libdecrypt.so' };

const ALL: Required<MetaSettings> = {
  logLevel: 'warn',
  logRotationFileSize: Size.mebibytes(100),
  logRotationFileCount: 10,
  evictThresholdHigh: 85,
  evictThresholdLow: 70,
  tls: tlsFilesFrom('/tls/meta', FULL),
  configStoreTls: tlsFilesFrom('/tls/store', FULL),
  metricsTls: tlsFilesFrom('/tls/metrics', FULL),
  defragEvictThreshold: 60,
  evictCheckInterval: Duration.minutes(1),
  evictYieldInterval: 1000,
  evictYieldMicroseconds: 50,
  lruType: 'sharded_lru',
  lruShardCount: 32,
  readLease: Duration.seconds(5),
  metricsReportInterval: Duration.seconds(0),
  storageMetadata: 'separated',
  storagePrefetch: true,
  storagePendingWait: Duration.seconds(1),
  storageFlushBatch: 64,
  storageFlushInterval: Duration.millis(500),
  ubsIo: true,
};

const TLS_KEYS = [
  'enable',
  'ca.path',
  'ca.crl.path',
  'cert.path',
  'key.path',
  'key.pass.path',
  'package.path',
  'decrypter.path',
];

const KEYS = [
  'ock.mmc.meta_service_url',
  'ock.mmc.meta_service.config_store_url',
  'ock.mmc.meta_service.metrics_url',
  'ock.mmc.meta.ha.enable',
  'ock.mmc.log_level',
  'ock.mmc.log_path',
  'ock.mmc.log_rotation_file_size',
  'ock.mmc.log_rotation_file_count',
  'ock.mmc.evict_threshold_high',
  'ock.mmc.evict_threshold_low',
  'ock.mmc.defrag_evict_threshold',
  'ock.mmc.evict_check_interval_seconds',
  'ock.mmc.evict_yield_interval',
  'ock.mmc.evict_yield_duration_us',
  'ock.mmc.meta_service.lru_type',
  'ock.mmc.meta_service.lru_shard_count',
  'ock.mmc.meta.lease_ttl_ms',
  'ock.mmc.meta_service.metrics_report_interval_seconds',
  'ock.mmc.meta_service.storage.metadata_mode',
  'ock.mmc.storage.prefetch.enabled',
  'ock.mmc.storage.pending_wait.timeout',
  'ock.mmc.storage.async_flush.batch_limit',
  'ock.mmc.storage.async_flush.interval_ms',
  'ock.mmc.ubs_io.enable',
  ...TLS_KEYS.map((key) => `ock.mmc.metrics.tls.${key}`),
  ...TLS_KEYS.map((key) => `ock.mmc.tls.${key}`),
  ...TLS_KEYS.map((key) => `ock.mmc.config_store.tls.${key}`),
];

describe('metaConfigLines', () => {
  it('writes all settings', () => {
    expect(renderConfigFile(metaConfigLines(ALL, WIRING))).toMatchInlineSnapshot(`
      "ock.mmc.meta_service_url = tcp://10.0.0.1:5123
      ock.mmc.meta_service.config_store_url = tcp://10.0.0.1:6123
      ock.mmc.meta_service.metrics_url = http://10.0.0.1:8000
      ock.mmc.meta.ha.enable = false
      ock.mmc.log_path = /var/log/memcache
      ock.mmc.log_level = warn
      ock.mmc.log_rotation_file_size = 100
      ock.mmc.log_rotation_file_count = 10
      ock.mmc.evict_threshold_high = 85
      ock.mmc.evict_threshold_low = 70
      ock.mmc.defrag_evict_threshold = 60
      ock.mmc.evict_check_interval_seconds = 60
      ock.mmc.evict_yield_interval = 1000
      ock.mmc.evict_yield_duration_us = 50
      ock.mmc.meta_service.lru_type = sharded_lru
      ock.mmc.meta_service.lru_shard_count = 32
      ock.mmc.meta.lease_ttl_ms = 5000
      ock.mmc.meta_service.metrics_report_interval_seconds = 0
      ock.mmc.meta_service.storage.metadata_mode = separated
      ock.mmc.storage.prefetch.enabled = true
      ock.mmc.storage.pending_wait.timeout = 1000
      ock.mmc.storage.async_flush.batch_limit = 64
      ock.mmc.storage.async_flush.interval_ms = 500
      ock.mmc.tls.enable = true
      ock.mmc.tls.ca.path = /tls/meta/ca.crt
      ock.mmc.tls.ca.crl.path = /tls/meta/ca.crl
      ock.mmc.tls.cert.path = /tls/meta/tls.crt
      ock.mmc.tls.key.path = /tls/meta/tls.key
      ock.mmc.tls.key.pass.path = /tls/meta/key.pass
      ock.mmc.tls.package.path = /usr/lib64
      ock.mmc.tls.decrypter.path = /opt/libdecrypt.so
      ock.mmc.config_store.tls.enable = true
      ock.mmc.config_store.tls.ca.path = /tls/store/ca.crt
      ock.mmc.config_store.tls.ca.crl.path = /tls/store/ca.crl
      ock.mmc.config_store.tls.cert.path = /tls/store/tls.crt
      ock.mmc.config_store.tls.key.path = /tls/store/tls.key
      ock.mmc.config_store.tls.key.pass.path = /tls/store/key.pass
      ock.mmc.config_store.tls.package.path = /usr/lib64
      ock.mmc.config_store.tls.decrypter.path = /opt/libdecrypt.so
      ock.mmc.metrics.tls.enable = true
      ock.mmc.metrics.tls.ca.path = /tls/metrics/ca.crt
      ock.mmc.metrics.tls.ca.crl.path = /tls/metrics/ca.crl
      ock.mmc.metrics.tls.cert.path = /tls/metrics/tls.crt
      ock.mmc.metrics.tls.key.path = /tls/metrics/tls.key
      ock.mmc.metrics.tls.key.pass.path = /tls/metrics/key.pass
      ock.mmc.metrics.tls.package.path = /usr/lib64
      ock.mmc.metrics.tls.decrypter.path = /opt/libdecrypt.so
      ock.mmc.ubs_io.enable = true
      "
    `);
  });

  it('writes each key that MemCache knows, once', () => {
    const keys = metaConfigLines(ALL, WIRING).map(({ key }) => key);

    expect([...keys].sort()).toEqual([...KEYS].sort());
  });

  it('writes only what the construct decides when nothing is set', () => {
    expect(metaConfigLines({}, WIRING)).toEqual([
      { key: 'ock.mmc.meta_service_url', value: 'tcp://10.0.0.1:5123' },
      { key: 'ock.mmc.meta_service.config_store_url', value: 'tcp://10.0.0.1:6123' },
      { key: 'ock.mmc.meta_service.metrics_url', value: 'http://10.0.0.1:8000' },
      { key: 'ock.mmc.meta.ha.enable', value: 'false' },
      { key: 'ock.mmc.log_path', value: '/var/log/memcache' },
    ]);
  });

  it.each<[MetaSettings, string, string]>([
    [{ evictThresholdHigh: 95 }, '95', '80'],
    [{ evictThresholdLow: 60 }, '90', '60'],
  ])('writes both thresholds if one is set: %p', (settings, high, low) => {
    expect(metaConfigLines(settings, WIRING).slice(-2)).toEqual([
      { key: 'ock.mmc.evict_threshold_high', value: high },
      { key: 'ock.mmc.evict_threshold_low', value: low },
    ]);
  });
});

describe('metaSettingsProblems', () => {
  it.each<[string, MetaSettings]>([
    ['no settings', {}],
    ['all settings of the newest release', { ...ALL, ubsIo: undefined }],
    ['one list in order of use', { lruType: 'lru' }],
    ['the lowest values', { evictThresholdHigh: 2, evictThresholdLow: 1, logRotationFileCount: 1 }],
    ['the highest values', { evictThresholdHigh: 99, evictThresholdLow: 98, logRotationFileCount: 50 }],
    ['a low threshold below the default high one', { evictThresholdLow: 89 }],
    ['a high threshold above the default low one', { evictThresholdHigh: 81 }],
  ])('finds nothing wrong with %s', (_, settings) => {
    expect(metaSettingsProblems(settings)).toEqual([]);
  });

  it.each<[keyof MetaSettings, unknown, string]>([
    ['logLevel', 'verbose', 'this is one of debug, info, warn, error'],
    ['logRotationFileSize', 20, 'this is a Size of whole MiB from 1 to 500'],
    ['logRotationFileCount', 0, 'this is a whole number from 1 to 50'],
    ['logRotationFileCount', 51, 'this is a whole number from 1 to 50'],
    ['evictThresholdHigh', 100, 'this is a whole number from 2 to 99'],
    ['evictThresholdLow', 0, 'this is a whole number from 1 to 98'],
    ['evictThresholdLow', 80.5, 'this is a whole number from 1 to 98'],
    ['defragEvictThreshold', 0, 'this is a whole number from 1 to 99'],
    ['evictCheckInterval', 5, 'this is a Duration of whole seconds from 0 to 86400'],
    ['evictYieldInterval', 100_001, 'this is a whole number from 0 to 100000'],
    ['evictYieldMicroseconds', 0.5, 'this is a whole number of microseconds from 0 to 10000'],
    ['lruType', 'fifo', 'this is one of lru, sharded_lru'],
    ['lruShardCount', 12, 'this is a power of two from 1 to 1024'],
    ['lruShardCount', 2048, 'this is a power of two from 1 to 1024'],
    ['readLease', 0, 'this is a Duration of whole milliseconds from 1 to 2147483647'],
    ['metricsReportInterval', -1, 'this is a Duration of whole seconds from 0 to 86400'],
    ['storageMetadata', 'none', 'this is one of aggregated, separated'],
    ['storagePrefetch', 'true', 'this is true or false'],
    ['storagePendingWait', 1, 'this is a Duration of whole milliseconds from 1 to 60000'],
    ['storageFlushBatch', 7, 'this is a whole number from 8 to 1024'],
    ['storageFlushBatch', 1025, 'this is a whole number from 8 to 1024'],
    ['storageFlushInterval', 200, 'this is a Duration of whole milliseconds from 200 to 1000'],
    ['ubsIo', 'true', 'this is true or false'],
  ])('refuses %s = %p', (name, value, rule) => {
    const settings: object = { [name]: value };

    expect(metaSettingsProblems(settings)).toMatchObject([{ property: `settings.${name}`, value, rule }]);
  });

  it('refuses log files of more than 500 MiB, and shows the size as people write it', () => {
    expect(metaSettingsProblems({ logRotationFileSize: Size.mebibytes(501) })).toMatchObject([
      { property: 'settings.logRotationFileSize', value: '501Mi' },
    ]);
  });

  it.each<[MetaSettings, string, string]>([
    [
      { evictThresholdHigh: 70, evictThresholdLow: 70 },
      'settings.evictThresholdLow',
      'this is below evictThresholdHigh, which is 70',
    ],
    [
      { evictThresholdLow: 95 },
      'settings.evictThresholdLow',
      'this is below evictThresholdHigh, which is 90 by default',
    ],
    [
      { evictThresholdHigh: 80 },
      'settings.evictThresholdHigh',
      'this is above evictThresholdLow, which is 80 by default',
    ],
  ])('refuses thresholds out of order: %p', (settings, property, rule) => {
    expect(metaSettingsProblems(settings)).toMatchObject([{ property, rule }]);
  });

  it('refuses a number of lists where there is one', () => {
    expect(metaSettingsProblems({ lruType: 'lru', lruShardCount: 16 })).toMatchObject([
      { property: 'settings.lruShardCount', rule: "with lruType 'lru' there is one list" },
    ]);
  });

  it.each<[MetaSettings, MemCacheRelease, string, string]>([
    [{ ubsIo: false }, '1.2', 'ubsIo', 'remove it, or run release 1.1'],
    [{ ubsIo: true }, '1.3', 'ubsIo', 'remove it, or run release 1.1'],
    [{ readLease: Duration.seconds(1) }, '1.1', 'readLease', 'remove it, or run release 1.2 or 1.3'],
    [{ metricsTls: ALL.metricsTls }, '1.1', 'metricsTls', 'remove it, or run release 1.2 or 1.3'],
    [{ evictYieldInterval: 1 }, '1.2', 'evictYieldInterval', 'remove it, or run release 1.3'],
    [{ storagePrefetch: true }, '1.1', 'storagePrefetch', 'remove it, or run release 1.2 or 1.3'],
    [{ storageFlushBatch: 8 }, '1.2', 'storageFlushBatch', 'remove it, or run release 1.3'],
  ])('refuses what the release does not know: %j in %s', (settings, release, name, remedy) => {
    expect(metaSettingsProblems(settings, release)).toMatchObject([
      {
        property: `settings.${name}`,
        rule: expect.stringMatching(
          new RegExp(`^MemCache ${release} does not know ock\\.mmc\\.[a-z_.]+, and does not start with it$`),
        ) as unknown,
        remedy,
      },
    ]);
  });

  it.each(['tls', 'configStoreTls', 'metricsTls'])(
    'checks the files of %s, and demands the directory of OpenSSL',
    (name) => {
      const settings: object = { [name]: { ...tlsFilesFrom('/tls'), keyPath: 'tls.key' } };

      expect(metaSettingsProblems(settings).map(({ property }) => property)).toEqual([
        `settings.${name}.packagePath`,
        `settings.${name}.keyPath`,
      ]);
    },
  );

  it('reports all problems at once, unknown settings among them', () => {
    const settings: object = { loglevel: 'info', evictThresholdHigh: 0, logRotationFileCount: 99 };

    expect(metaSettingsProblems(settings)).toMatchObject([
      { property: 'settings.logRotationFileCount' },
      { property: 'settings.evictThresholdHigh', rule: 'this is a whole number from 2 to 99' },
      { property: 'settings.loglevel', remedy: 'did you mean logLevel? Rename or remove it' },
      {
        property: 'settings.evictThresholdHigh',
        rule: 'this is above evictThresholdLow, which is 80 by default',
      },
    ]);
  });
});

/** MetaService's settings: every key, every rule. */
import { Size } from 'cdk8s';
import { renderConfigFile } from '../../../lib/systems/memcache/config-file';
import {
  metaConfigLines,
  type MetaSettings,
  metaSettingsProblems,
  type MetaWiring,
} from '../../../lib/systems/memcache/meta-settings';
import { tlsFilesFrom } from '../../../lib/systems/memcache/tls-settings';

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
  'ock.mmc.ubs_io.enable',
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
    ['all settings', ALL],
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

  it.each(['tls', 'configStoreTls'])(
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

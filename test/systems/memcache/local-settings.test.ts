/** The clients' settings: every key, every rule. */
import { Duration, Size } from 'cdk8s';
import { renderConfigFile } from '../../../lib/settings/config-file';
import {
  localConfigLines,
  type LocalSettings,
  localSettingsProblems,
  type LocalWiring,
} from '../../../lib/systems/memcache/local-settings';
import type { Protocol } from '../../../lib/systems/memcache/protocol';
import type { MemCacheRelease } from '../../../lib/systems/memcache/releases';
import { tlsFilesFrom } from '../../../lib/systems/memcache/tls-settings';
import { reported } from '../../support/problems';

const WIRING: LocalWiring = {
  metaServiceUrl: 'tcp://10.96.0.10:18080',
  configStoreUrl: 'tcp://10.96.0.10:18090',
  protocol: 'device_sdma',
  hcomUrl: 'tcp://10.0.0.2:7000',
};

const FULL = { crl: true, keyPass: true, packagePath: '/usr/lib64', decrypterPath: '/opt/libdecrypt.so' };

const ALL: Required<LocalSettings> = {
  worldSize: 16,
  dramSize: Size.gibibytes(2),
  hbmSize: Size.gibibytes(1),
  maxDramSize: Size.gibibytes(64),
  maxHbmSize: Size.tebibytes(1),
  clientRetry: Duration.seconds(120),
  clientTimeout: Duration.minutes(1),
  readThreadPoolSize: 16,
  writeThreadPoolSize: 8,
  aggregateIo: false,
  aggregateNum: 64,
  batchChunkSize: Size.mebibytes(4),
  batchChunkCount: 5,
  logLevel: 'debug',
  ubsIo: true,
  tls: tlsFilesFrom('/tls/meta', FULL),
  configStoreTls: tlsFilesFrom('/tls/store', FULL),
  hcomTls: tlsFilesFrom('/tls/hcom', { ...FULL, packagePath: undefined }),
};

const HCOM_TLS_KEYS = [
  'enable',
  'ca.path',
  'ca.crl.path',
  'cert.path',
  'key.path',
  'key.pass.path',
  'decrypter.path',
];
const TLS_KEYS = [...HCOM_TLS_KEYS, 'package.path'];

const KEYS = [
  'ock.mmc.meta_service_url',
  'ock.mmc.local_service.config_store_url',
  'ock.mmc.log_level',
  'ock.mmc.local_service.world_size',
  'ock.mmc.local_service.protocol',
  'ock.mmc.local_service.hcom_url',
  'ock.mmc.local_service.dram.size',
  'ock.mmc.local_service.hbm.size',
  'ock.mmc.local_service.max.dram.size',
  'ock.mmc.local_service.max.hbm.size',
  'ock.mmc.client.retry_milliseconds',
  'ock.mmc.client.timeout.seconds',
  'ock.mmc.client.read_thread_pool.size',
  'ock.mmc.client.write_thread_pool.size',
  'ock.mmc.client.aggregate.io',
  'ock.mmc.client.aggregate.num',
  'ock.mmc.client.batch_option.chunk.size',
  'ock.mmc.client.batch_option.chunk.count',
  'ock.mmc.ubs_io.enable',
  ...TLS_KEYS.map((key) => `ock.mmc.tls.${key}`),
  ...TLS_KEYS.map((key) => `ock.mmc.config_store.tls.${key}`),
  ...HCOM_TLS_KEYS.map((key) => `ock.mmc.local_service.hcom.tls.${key}`),
];

function problems(
  settings: object,
  protocol: Protocol = 'host_tcp',
  fleetSize?: number,
  release: MemCacheRelease = '1.3',
): readonly unknown[] {
  return reported('settings', localSettingsProblems(settings, { protocol, release, fleetSize }));
}

describe('localConfigLines', () => {
  it('writes all settings', () => {
    expect(renderConfigFile(localConfigLines(ALL, WIRING))).toMatchInlineSnapshot(`
      "ock.mmc.meta_service_url = tcp://10.96.0.10:18080
      ock.mmc.local_service.config_store_url = tcp://10.96.0.10:18090
      ock.mmc.local_service.protocol = device_sdma
      ock.mmc.local_service.hcom_url = tcp://10.0.0.2:7000
      ock.mmc.local_service.world_size = 16
      ock.mmc.local_service.dram.size = 2GB
      ock.mmc.local_service.hbm.size = 1GB
      ock.mmc.local_service.max.dram.size = 64GB
      ock.mmc.local_service.max.hbm.size = 1TB
      ock.mmc.client.retry_milliseconds = 120000
      ock.mmc.client.timeout.seconds = 60
      ock.mmc.client.read_thread_pool.size = 16
      ock.mmc.client.write_thread_pool.size = 8
      ock.mmc.client.aggregate.io = false
      ock.mmc.client.aggregate.num = 64
      ock.mmc.client.batch_option.chunk.size = 4MB
      ock.mmc.client.batch_option.chunk.count = 5
      ock.mmc.log_level = debug
      ock.mmc.ubs_io.enable = true
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
      ock.mmc.local_service.hcom.tls.enable = true
      ock.mmc.local_service.hcom.tls.ca.path = /tls/hcom/ca.crt
      ock.mmc.local_service.hcom.tls.ca.crl.path = /tls/hcom/ca.crl
      ock.mmc.local_service.hcom.tls.cert.path = /tls/hcom/tls.crt
      ock.mmc.local_service.hcom.tls.key.path = /tls/hcom/tls.key
      ock.mmc.local_service.hcom.tls.key.pass.path = /tls/hcom/key.pass
      ock.mmc.local_service.hcom.tls.decrypter.path = /opt/libdecrypt.so
      "
    `);
  });

  it('writes each key that MemCache knows, once', () => {
    const keys = localConfigLines(ALL, WIRING).map(({ key }) => key);

    expect([...keys].sort()).toEqual([...KEYS].sort());
  });

  it.each<[string, LocalSettings]>([
    ['nothing is set', {}],
    ['it is undefined', { dramSize: undefined, clientRetry: undefined }],
  ])('writes the host memory and the retries also when %s', (_, settings) => {
    expect(localConfigLines(settings, WIRING)).toEqual([
      { key: 'ock.mmc.meta_service_url', value: 'tcp://10.96.0.10:18080' },
      { key: 'ock.mmc.local_service.config_store_url', value: 'tcp://10.96.0.10:18090' },
      { key: 'ock.mmc.local_service.protocol', value: 'device_sdma' },
      { key: 'ock.mmc.local_service.hcom_url', value: 'tcp://10.0.0.2:7000' },
      { key: 'ock.mmc.local_service.dram.size', value: '1GB' },
      { key: 'ock.mmc.client.retry_milliseconds', value: '90000' },
    ]);
  });
});

const RETRY =
  'a request on a lost master is given up after 60 s, so only a retry of more, up to 600 s, repeats it';

describe('localSettingsProblems', () => {
  it.each<[string, LocalSettings, Protocol]>([
    ['no settings', {}, 'host_rdma'],
    ['no settings for device memory', {}, 'device_rdma'],
    ['no settings for shared memory', {}, 'host_shm'],
    ['all settings of the newest release', { ...ALL, ubsIo: undefined }, 'device_sdma'],
    ['the shortest retry', { clientRetry: Duration.millis(60_001) }, 'host_tcp'],
    ['the longest retry', { clientRetry: Duration.minutes(10) }, 'host_tcp'],
    ['device memory alone', { dramSize: Size.gibibytes(0), hbmSize: Size.gibibytes(1) }, 'device_rdma'],
    ['the smallest memory', { dramSize: Size.mebibytes(2) }, 'host_urma'],
    ['the largest memory', { dramSize: Size.tebibytes(1), maxDramSize: Size.gibibytes(1024) }, 'host_tcp'],
    [
      'no device memory with shared memory',
      { hbmSize: Size.gibibytes(0), maxHbmSize: Size.gibibytes(0) },
      'host_shm',
    ],
  ])('finds nothing wrong with %s', (_, settings, protocol) => {
    expect(problems(settings, protocol)).toEqual([]);
  });

  it.each<[keyof LocalSettings, unknown, string]>([
    ['worldSize', 0, 'this is a whole number from 1 to 1024'],
    ['worldSize', 1025, 'this is a whole number from 1 to 1024'],
    ['dramSize', '2GB', 'this is a Size of at most 1Ti'],
    ['hbmSize', 0, 'this is a Size of at most 1Ti'],
    ['maxDramSize', null, 'this is a Size of at most 1Ti'],
    ['maxHbmSize', true, 'this is a Size of at most 1Ti'],
    ['clientRetry', 90, RETRY],
    ['clientTimeout', 60, 'this is a Duration of whole seconds from 1 to 600'],
    ['readThreadPoolSize', 65, 'this is a whole number from 1 to 64'],
    ['writeThreadPoolSize', 0, 'this is a whole number from 1 to 64'],
    ['aggregateIo', 1, 'this is true or false'],
    ['aggregateNum', 131_073, 'this is a whole number from 1 to 131072'],
    ['batchChunkSize', '8MB', 'this is a Size of at most 1Ti'],
    ['batchChunkCount', 65, 'this is a whole number from 1 to 64'],
    ['logLevel', 'off', 'this is one of debug, info, warn, error'],
    ['ubsIo', 'false', 'this is true or false'],
    ['tls', true, 'TLS is set up by the paths of its files'],
    ['configStoreTls', true, 'TLS is set up by the paths of its files'],
    ['hcomTls', true, 'TLS is set up by the paths of its files'],
  ])('refuses %s = %p', (name, value, rule) => {
    expect(problems({ [name]: value })).toMatchObject([{ property: `settings.${name}`, value, rule }]);
  });

  it.each([0, 30, 60, 601])('refuses retries of %d s, which lose calls or are out of range', (seconds) => {
    expect(problems({ clientRetry: Duration.seconds(seconds) })).toMatchObject([
      { property: 'settings.clientRetry', rule: RETRY, remedy: 'use Duration.seconds(90), or leave it out' },
    ]);
  });

  it.each<[LocalSettings, MemCacheRelease, string, string]>([
    [{ ubsIo: true }, '1.2', 'ubsIo', 'remove it, or run release 1.1'],
    [{ ubsIo: true }, '1.3', 'ubsIo', 'remove it, or run release 1.1'],
    [{ batchChunkSize: Size.mebibytes(8) }, '1.1', 'batchChunkSize', 'remove it, or run release 1.2 or 1.3'],
  ])('refuses what the release does not know: %j in %s', (settings, release, name, remedy) => {
    expect(problems(settings, 'host_tcp', undefined, release)).toMatchObject([
      { property: `settings.${name}`, remedy },
    ]);
  });

  it.each<[LocalSettings, string, string]>([
    [{ clientRetry: Duration.millis(600_001) }, 'settings.clientRetry', '10 minutes 1 milli'],
    [{ clientTimeout: Duration.millis(1500) }, 'settings.clientTimeout', '1 second 500 millis'],
    [{ hbmSize: Size.gibibytes(1025), maxHbmSize: ALL.maxHbmSize }, 'settings.hbmSize', '1025Gi'],
  ])('shows a value out of range as people write it (%#)', (settings, property, value) => {
    expect(problems(settings)).toContainEqual(expect.objectContaining({ property, value }));
  });

  it.each<[keyof LocalSettings, Size, Protocol, string]>([
    ['dramSize', Size.mebibytes(1025), 'host_tcp', 'use Size.mebibytes(1026)'],
    ['hbmSize', Size.kibibytes(1), 'host_rdma', 'use Size.mebibytes(2)'],
    ['maxDramSize', Size.kibibytes(2 * 1024 * 1024 + 1), 'host_shm', 'use Size.mebibytes(2050)'],
    ['dramSize', Size.mebibytes(1026), 'device_rdma', 'use Size.mebibytes(2048)'],
    ['maxHbmSize', Size.gibibytes(1.5), 'device_sdma', 'use Size.mebibytes(2048)'],
  ])('refuses %s, which MemCache would round up (%#)', (name, size, protocol, remedy) => {
    const unit = protocol.startsWith('device') ? 1024 : 2;
    const room =
      name === 'dramSize' ? { maxDramSize: Size.gibibytes(64) } : { maxHbmSize: Size.gibibytes(64) };

    expect(problems({ ...(protocol !== 'host_shm' && room), [name]: size }, protocol)).toMatchObject([
      {
        property: `settings.${name}`,
        value: size.asString(),
        rule: `with ${protocol}, sizes are multiples of ${unit} MiB`,
        remedy,
      },
    ]);
  });

  it.each<[LocalSettings, string, string]>([
    [
      { dramSize: Size.gibibytes(4), maxDramSize: Size.gibibytes(2) },
      'settings.maxDramSize',
      'this is at least dramSize, which is 4Gi',
    ],
    [{ maxDramSize: Size.mebibytes(512) }, 'settings.maxDramSize', 'this is at least dramSize, which is 1Gi'],
    [
      { hbmSize: Size.gibibytes(4), maxHbmSize: Size.gibibytes(0) },
      'settings.maxHbmSize',
      'this is at least hbmSize, which is 4Gi',
    ],
  ])('refuses a maximum below the size (%#)', (settings, property, rule) => {
    expect(problems(settings)).toMatchObject([{ property, rule }]);
  });

  it.each<LocalSettings>([
    { dramSize: Size.gibibytes(0) },
    { dramSize: Size.gibibytes(0), hbmSize: Size.gibibytes(0), maxDramSize: Size.gibibytes(64) },
  ])('refuses clients that give no memory (%#)', (settings) => {
    expect(problems(settings)).toMatchObject([
      { property: 'settings.dramSize', rule: 'a client gives memory of its host or device' },
    ]);
  });

  it.each<[LocalSettings, string[]]>([
    [{ dramSize: Size.gibibytes(0) }, ['settings.dramSize']],
    [{ hbmSize: Size.gibibytes(1) }, ['settings.hbmSize']],
    [{ maxHbmSize: Size.gibibytes(1) }, ['settings.maxHbmSize']],
    [{ dramSize: Size.gibibytes(0), hbmSize: Size.gibibytes(1) }, ['settings.dramSize', 'settings.hbmSize']],
  ])('refuses shared memory without host memory or with device memory (%#)', (settings, properties) => {
    expect(problems(settings, 'host_shm')).toEqual(
      properties.map((property): unknown =>
        expect.objectContaining({
          property,
          rule: 'host_shm shares memory of the host, and has none of a device',
        }),
      ),
    );
  });

  it.each<[number | undefined, number, string]>([
    [8, 9, 'set 9 or more'],
    [undefined, 257, 'set 257 or more'],
    [1024, 1025, 'make the fleet smaller'],
  ])('refuses a world of %p for a fleet of %p', (worldSize, fleetSize, remedy) => {
    expect(problems({ worldSize }, 'host_tcp', fleetSize)).toMatchObject([
      {
        property: 'settings.worldSize',
        value: worldSize ?? 256,
        rule: `this is at least the number of the fleet's client processes, ${fleetSize}`,
        remedy,
      },
    ]);
  });

  it.each([
    [8, 8],
    [undefined, 256],
    [1, undefined],
  ])('accepts a world of %p for a fleet of %p', (worldSize, fleetSize) => {
    expect(problems({ worldSize }, 'host_tcp', fleetSize)).toMatchObject([]);
  });

  it.each(['tls', 'configStoreTls'])('demands the directory of OpenSSL in %s', (name) => {
    expect(problems({ [name]: tlsFilesFrom('/tls') })).toMatchObject([
      { property: `settings.${name}.packagePath` },
    ]);
  });

  it('refuses a directory of OpenSSL in hcomTls', () => {
    expect(problems({ hcomTls: ALL.tls })).toMatchObject([{ property: 'settings.hcomTls.packagePath' }]);
  });

  it('reports unknown settings', () => {
    expect(problems({ dram_size: '1GB' })).toMatchObject([
      { property: 'settings.dram_size', value: '1GB', remedy: 'did you mean dramSize? Rename or remove it' },
    ]);
  });
});

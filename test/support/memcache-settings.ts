/** Settings of MemCache for tests: the edges of each, on both sides of what our rules take, and whole files at random. */
import { Duration, Size } from 'cdk8s';
import * as fc from 'fast-check';
import type { Problem } from '../../lib/kube/problems';
import type { LocalSettings, LocalWiring } from '../../lib/systems/memcache/local-settings';
import type { MetaSettings, MetaWiring } from '../../lib/systems/memcache/meta-settings';
import type { Protocol } from '../../lib/systems/memcache/protocol';
import { type TlsFiles, tlsFilesFrom } from '../../lib/systems/memcache/tls-settings';

/** For each setting, settings that differ in it. */
export type Edges<S> = { readonly [K in keyof S]-?: readonly S[] };

export const META_WIRING: MetaWiring = {
  metaServiceUrl: 'tcp://127.0.0.1:5123',
  configStoreUrl: 'tcp://127.0.0.1:6123',
  metricsUrl: 'http://127.0.0.1:8000',
  haEnable: false,
  logPath: '/tmp/memcache',
};

export const LOCAL_WIRING: Omit<LocalWiring, 'protocol'> = {
  metaServiceUrl: 'tcp://127.0.0.1:18080',
  configStoreUrl: 'tcp://127.0.0.1:18090',
  hcomUrl: 'tcp://127.0.0.1:7000',
};

const EVERY_FILE = { crl: true, keyPass: true, decrypterPath: '/tmp/tls/libdecrypt.so' };

/** The fewest files of a connection, and all of them. */
function tls(connection: string, packagePath?: string): readonly TlsFiles[] {
  const folder = `/tmp/tls/${connection}`;
  return [tlsFilesFrom(folder, { packagePath }), tlsFilesFrom(folder, { ...EVERY_FILE, packagePath })];
}

const PACKAGE = '/tmp/openssl/lib';
const flags = [true, false] as const;
const seconds = (...amounts: readonly number[]) => amounts.map((each) => Duration.seconds(each));
const millis = (...amounts: readonly number[]) => amounts.map((each) => Duration.millis(each));

function each<S, K extends keyof S>(name: K, values: readonly NonNullable<S[K]>[], beside: S): readonly S[] {
  return values.map((value) => ({ ...beside, [name]: value }));
}

const meta = <K extends keyof MetaSettings>(
  name: K,
  values: readonly NonNullable<MetaSettings[K]>[],
  beside: MetaSettings = {},
) => each(name, values, beside);

const DAY = 86_400;

export const META_EDGES: Edges<MetaSettings> = {
  logLevel: meta('logLevel', ['debug', 'info', 'warn', 'error']),
  logRotationFileSize: meta(
    'logRotationFileSize',
    [0, 1, 500, 501].map((amount) => Size.mebibytes(amount)),
  ),
  logRotationFileCount: meta('logRotationFileCount', [0, 1, 50, 51]),
  evictThresholdHigh: meta('evictThresholdHigh', [1, 2, 94, 95, 99, 100], { evictThresholdLow: 1 }),
  evictThresholdLow: [
    ...meta('evictThresholdLow', [0, 1, 89, 90]),
    ...meta('evictThresholdLow', [98, 99], { evictThresholdHigh: 99 }),
  ],
  defragEvictThreshold: meta('defragEvictThreshold', [0, 1, 99, 100]),
  evictCheckInterval: meta('evictCheckInterval', seconds(0, 1, DAY, DAY + 1)),
  evictYieldInterval: meta('evictYieldInterval', [-1, 0, 100_000, 100_001]),
  evictYieldMicroseconds: meta('evictYieldMicroseconds', [-1, 0, 10_000, 10_001]),
  lruType: meta('lruType', ['lru', 'sharded_lru']),
  lruShardCount: [
    ...meta('lruShardCount', [0, 1, 2, 3, 1023, 1024, 1025, 2048]),
    { lruType: 'lru', lruShardCount: 16 },
  ],
  readLease: meta('readLease', millis(0, 1, 2_147_483_647, 2_147_483_648)),
  metricsReportInterval: meta('metricsReportInterval', seconds(0, 1, DAY, DAY + 1)),
  storageMetadata: meta('storageMetadata', ['aggregated', 'separated']),
  storagePrefetch: meta('storagePrefetch', flags),
  storagePendingWait: meta('storagePendingWait', millis(0, 1, 60_000, 60_001)),
  storageFlushBatch: meta('storageFlushBatch', [7, 8, 1024, 1025]),
  storageFlushInterval: meta('storageFlushInterval', millis(199, 200, 1000, 1001)),
  tls: meta('tls', tls('meta', PACKAGE)),
  configStoreTls: meta('configStoreTls', tls('store', PACKAGE)),
  metricsTls: meta('metricsTls', tls('metrics', PACKAGE)),
  ubsIo: meta('ubsIo', flags),
};

const local = <K extends keyof LocalSettings>(
  name: K,
  values: readonly NonNullable<LocalSettings[K]>[],
  beside: LocalSettings = {},
) => each(name, values, beside);

const ONE_GIB = Size.gibibytes(1);
const ONE_TIB = Size.tebibytes(1);
const MORE_THAN_ONE_TIB = Size.mebibytes(1024 * 1024 + 2);
const SIZES = [Size.mebibytes(0), Size.mebibytes(2), Size.mebibytes(3), ONE_GIB, ONE_TIB, MORE_THAN_ONE_TIB];

export const LOCAL_EDGES: Edges<LocalSettings> = {
  worldSize: local('worldSize', [0, 1, 1024, 1025]),
  dramSize: local('dramSize', SIZES),
  hbmSize: local('hbmSize', SIZES),
  maxDramSize: local('maxDramSize', SIZES),
  maxHbmSize: local('maxHbmSize', SIZES, { hbmSize: Size.mebibytes(2) }),
  clientRetry: local('clientRetry', millis(0, 60_000, 60_001, 600_000, 600_001)),
  clientTimeout: local('clientTimeout', seconds(0, 1, 600, 601)),
  readThreadPoolSize: local('readThreadPoolSize', [0, 1, 64, 65]),
  writeThreadPoolSize: local('writeThreadPoolSize', [0, 1, 64, 65]),
  aggregateIo: local('aggregateIo', flags),
  aggregateNum: local('aggregateNum', [0, 1, 131_072, 131_073]),
  batchChunkSize: local('batchChunkSize', SIZES),
  batchChunkCount: local('batchChunkCount', [0, 1, 64, 65]),
  logLevel: local('logLevel', ['debug', 'info', 'warn', 'error']),
  ubsIo: local('ubsIo', flags),
  tls: local('tls', tls('meta', PACKAGE)),
  configStoreTls: local('configStoreTls', tls('store', PACKAGE)),
  hcomTls: local('hcomTls', tls('hcom')),
};

export const PROTOCOLS: readonly Protocol[] = [
  'host_rdma',
  'host_urma',
  'host_tcp',
  'host_shm',
  'device_rdma',
  'device_sdma',
  'device_urma',
  'device_uboe',
];

/** One of the values that the edges of a setting have for it. */
function atEdges<S, K extends keyof S>(edges: Edges<S>, name: K): fc.Arbitrary<S[K]> {
  return fc.constantFrom(...edges[name].map((settings) => settings[name]));
}

const whole = (least: number, most: number) => fc.integer({ min: least, max: most });
const gibibytes = whole(0, 8).map((amount) => Size.gibibytes(amount));

/** MetaService's settings together, right and wrong. */
export const SOME_META: fc.Arbitrary<MetaSettings> = fc.record(
  {
    logLevel: atEdges(META_EDGES, 'logLevel'),
    logRotationFileSize: whole(1, 500).map((amount) => Size.mebibytes(amount)),
    logRotationFileCount: whole(1, 50),
    evictThresholdHigh: whole(0, 100),
    evictThresholdLow: whole(0, 100),
    defragEvictThreshold: whole(0, 100),
    evictCheckInterval: whole(0, DAY).map((amount) => Duration.seconds(amount)),
    evictYieldInterval: whole(0, 100_000),
    evictYieldMicroseconds: whole(0, 10_000),
    lruType: atEdges(META_EDGES, 'lruType'),
    lruShardCount: whole(0, 10).map((exponent) => 2 ** exponent),
    readLease: whole(1, 2_147_483_647).map((amount) => Duration.millis(amount)),
    metricsReportInterval: whole(0, DAY).map((amount) => Duration.seconds(amount)),
    storageMetadata: atEdges(META_EDGES, 'storageMetadata'),
    storagePrefetch: fc.boolean(),
    storagePendingWait: whole(1, 60_000).map((amount) => Duration.millis(amount)),
    storageFlushBatch: whole(8, 1024),
    storageFlushInterval: whole(200, 1000).map((amount) => Duration.millis(amount)),
    tls: atEdges(META_EDGES, 'tls'),
    configStoreTls: atEdges(META_EDGES, 'configStoreTls'),
    metricsTls: atEdges(META_EDGES, 'metricsTls'),
    ubsIo: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** The clients' settings together, right and wrong. */
export const SOME_LOCAL: fc.Arbitrary<LocalSettings> = fc.record(
  {
    worldSize: whole(1, 1024),
    dramSize: gibibytes,
    hbmSize: gibibytes,
    maxDramSize: gibibytes,
    maxHbmSize: gibibytes,
    clientRetry: whole(60_001, 600_000).map((amount) => Duration.millis(amount)),
    clientTimeout: whole(1, 600).map((amount) => Duration.seconds(amount)),
    readThreadPoolSize: whole(1, 64),
    writeThreadPoolSize: whole(1, 64),
    aggregateIo: fc.boolean(),
    aggregateNum: whole(1, 131_072),
    batchChunkSize: gibibytes,
    batchChunkCount: whole(1, 64),
    logLevel: atEdges(LOCAL_EDGES, 'logLevel'),
    ubsIo: fc.boolean(),
    tls: atEdges(LOCAL_EDGES, 'tls'),
    configStoreTls: atEdges(LOCAL_EDGES, 'configStoreTls'),
    hcomTls: atEdges(LOCAL_EDGES, 'hcomTls'),
  },
  { requiredKeys: [] },
);

/** What is left of settings without those that a problem names. */
export function rightPart<S extends object>(settings: S, problemsOf: (settings: S) => readonly Problem[]): S {
  const wrong = problemsOf(settings).map(({ path }) => path[0]);
  if (wrong.length === 0) return settings;
  const left = Object.entries(settings).filter(([name]) => !wrong.includes(name));
  return rightPart(Object.fromEntries(left) as S, problemsOf);
}

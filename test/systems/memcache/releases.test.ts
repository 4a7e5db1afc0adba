/** What the types let through for a release holds only keys that its programs know. */
import { Duration, Size } from 'cdk8s';
import * as fc from 'fast-check';
import type { Problem } from '../../../lib/kube/problems';
import type { ConfigLine } from '../../../lib/systems/memcache/config-file';
import {
  localConfigLines,
  type LocalSettings,
  localSettingsProblems,
} from '../../../lib/systems/memcache/local-settings';
import {
  metaConfigLines,
  type MetaSettings,
  metaSettingsProblems,
} from '../../../lib/systems/memcache/meta-settings';
import { type MemCacheRelease, RELEASES } from '../../../lib/systems/memcache/releases';

const LINES = ['1.1', '1.2', '1.3'] as const satisfies readonly MemCacheRelease[];

const META_WIRING = {
  metaServiceUrl: 'tcp://10.0.0.1:5123',
  configStoreUrl: 'tcp://10.0.0.1:6123',
  metricsUrl: 'http://10.0.0.1:8000',
  haEnable: false,
  logPath: '/var/log/memcache',
};

const LOCAL_WIRING = {
  metaServiceUrl: 'tcp://10.0.0.2:18080',
  configStoreUrl: 'tcp://10.0.0.2:18090',
  protocol: 'host_tcp' as const,
  hcomUrl: 'tcp://10.0.0.1:7000',
};

const TLS = fc.constant({
  caPath: '/t/ca.crt',
  certPath: '/t/tls.crt',
  keyPath: '/t/tls.key',
  packagePath: '/l',
});
const seconds = (most: number) => fc.integer({ min: 0, max: most }).map((each) => Duration.seconds(each));
const gibibytes = fc.integer({ min: 0, max: 8 }).map((each) => Size.gibibytes(each));
const percent = fc.integer({ min: 0, max: 100 });

const META: fc.Arbitrary<MetaSettings> = fc.record(
  {
    logLevel: fc.constantFrom('debug', 'info', 'warn', 'error'),
    logRotationFileCount: fc.integer({ min: 1, max: 50 }),
    evictThresholdHigh: percent,
    evictThresholdLow: percent,
    defragEvictThreshold: percent,
    evictCheckInterval: seconds(100),
    evictYieldInterval: fc.integer({ min: 0, max: 100 }),
    evictYieldMicroseconds: fc.integer({ min: 0, max: 100 }),
    lruType: fc.constantFrom('lru', 'sharded_lru'),
    lruShardCount: fc.constantFrom(1, 2, 16),
    readLease: seconds(100),
    metricsReportInterval: seconds(100),
    storageMetadata: fc.constantFrom('aggregated', 'separated'),
    tls: TLS,
    configStoreTls: TLS,
    metricsTls: TLS,
    ubsIo: fc.boolean(),
  },
  { requiredKeys: [] },
);

const LOCAL: fc.Arbitrary<LocalSettings> = fc.record(
  {
    worldSize: fc.integer({ min: 1, max: 1024 }),
    dramSize: gibibytes,
    hbmSize: gibibytes,
    clientRetry: seconds(600),
    aggregateIo: fc.boolean(),
    batchChunkSize: gibibytes,
    batchChunkCount: fc.integer({ min: 1, max: 64 }),
    tls: TLS,
    configStoreTls: TLS,
    ubsIo: fc.boolean(),
  },
  { requiredKeys: [] },
);

function keysOf(lines: readonly ConfigLine[]): string[] {
  return lines.map(({ key }) => key);
}

/** The settings are refused exactly where a key is unknown, if nothing else is wrong with them. */
function expectAgreement(
  known: ReadonlySet<string>,
  lines: readonly ConfigLine[],
  problems: readonly Problem[],
) {
  const unknown = keysOf(lines).filter((key) => !known.has(key));
  const refused = problems.filter(({ rule }) => rule.includes('does not know'));

  expect(refused.length > 0).toBe(unknown.length > 0);
}

describe.each(LINES)('release %s', (release) => {
  it('is given no key that its MetaService does not know, and is refused none that it does', () => {
    fc.assert(
      fc.property(META, (settings) => {
        const lines = metaConfigLines(settings, META_WIRING);
        expectAgreement(RELEASES[release].keys.meta, lines, metaSettingsProblems(settings, release));
      }),
    );
  });

  it('is given no key that its clients do not know, and is refused none that they do', () => {
    fc.assert(
      fc.property(LOCAL, (settings) => {
        const lines = localConfigLines(settings, LOCAL_WIRING);
        const problems = localSettingsProblems(settings, { release, protocol: 'host_tcp' });
        expectAgreement(RELEASES[release].keys.local, lines, problems);
      }),
    );
  });
});

it.each<[MemCacheRelease, number, boolean]>([
  ['1.1', 99, true],
  ['1.2', 94, true],
  ['1.2', 95, false],
  ['1.3', 99, true],
])('release %s with a high threshold of %d is right: %s', (release, evictThresholdHigh, isRight) => {
  const problems = metaSettingsProblems({ evictThresholdHigh, evictThresholdLow: 70 }, release);

  expect(problems.map(({ property, value }) => [property, value])).toEqual(
    isRight ? [] : [['settings.evictThresholdHigh', evictThresholdHigh]],
  );
});

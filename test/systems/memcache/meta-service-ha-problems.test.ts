/** What a `MetaServiceHA` refuses, and how it says so. */
import { Duration, Size } from 'cdk8s';
import {
  AscendNpu,
  Budget,
  ClaimTemplate,
  LogTarget,
  type MetaServiceHAProps,
  MetaServiceHA,
  type TlsSecret,
} from '../../../lib';
import { type ElectedMetaProps, META } from '../../support/memcache';
import { expectProblem, expectProblemAlone, refusalOf } from '../../support/problems';
import { chart, rendered } from '../../support/workloads';

const TLS: TlsSecret = { secretName: 'memcache-tls' };

function build(props: Partial<ElectedMetaProps>): () => MetaServiceHA {
  return () => new MetaServiceHA(chart(), 'meta', { ...META, ...props });
}

it.each(['{ "release": "1.0" }', '{ "release": "1.0", "settings": { "logLevel": "warn" } }'])(
  'refuses a release that MemCache does not have, from a file without types: %s',
  (file) => {
    const props = JSON.parse(file) as Partial<ElectedMetaProps>;

    expectProblemAlone(build(props), {
      property: 'release',
      value: '1.0',
      rule: /releases are 1\.1, 1\.2, 1\.3/,
      remedy: /the image holds/,
    });
  },
);

it.each<[string, Partial<ElectedMetaProps>, string, RegExp]>([
  ['a single member', { replicas: 1 }, 'replicas', /at least 2/],
  ['an image without a tag', { image: 'memcache' }, 'image', /names a tag or a digest/],
  ['a runtime without a tag', { runtimeImage: 'runtime' }, 'runtimeImage', /names a tag or a digest/],
  ['a name with capitals', { name: 'Meta' }, 'name', /DNS label/],
  ['a name too long for the hash', { name: 'm'.repeat(53) }, 'name', /1 to 52/],
  ['a serviceName that begins with a digit', { serviceName: '1meta' }, 'serviceName', /starts with a letter/],
  ['a leader Service with dots', { leaderServiceName: 'a.b' }, 'leaderServiceName', /starts with a letter/],
  [
    'a leader Service called like the headless one',
    { leaderServiceName: 'meta-service' },
    'leaderServiceName',
    /headless Service of the members/,
  ],
  ['a lease with capitals', { names: { lease: 'Lease' } }, 'names.lease', /DNS labels/],
  ['a reserved port', { ports: { meta: 1024 } }, 'ports.meta', /from 1025 to 65535/],
  ['a port beyond all', { ports: { config: 65_536 } }, 'ports.config', /from 1025 to 65535/],
  ['half a port', { ports: { metrics: 8000.5 } }, 'ports.metrics', /from 1025 to 65535/],
  [
    'a reserved port of the Service',
    { servicePorts: { meta: 80 } },
    'servicePorts.meta',
    /from 1025 to 65535/,
  ],
  ['another one', { servicePorts: { config: 443 } }, 'servicePorts.config', /from 1025 to 65535/],
  ['two ports alike', { ports: { meta: 8000 } }, 'ports', /do not share a number/],
  [
    'two ports of the Service alike',
    { servicePorts: { config: 18_080 } },
    'servicePorts',
    /share neither name nor number/,
  ],
  [
    'an elector on the port of the metrics',
    { electorPort: 8000 },
    'ports',
    /'elector' and 'meta-service' share/,
  ],
  ['an elector on no port', { electorPort: 0 }, 'electorPort', /from 1 to 65535/],
  ['no time to start', { startTimeout: Duration.seconds(0) }, 'startTimeout', /a start takes time/],
  [
    'a probe that ends healthy standbys',
    { probes: { liveness: { failureThreshold: 2 } } },
    'probes.liveness.failureThreshold',
    /after 5 s a healthy standby/,
  ],
  [
    'a probe that comes in parts of seconds',
    { probes: { readiness: { period: Duration.millis(1500) } } },
    'probes.readiness.period',
    /whole seconds/,
  ],
  [
    'a grace period shorter than the stop',
    { stopTimeout: Duration.seconds(20), terminationGracePeriod: Duration.seconds(15) },
    'terminationGracePeriod',
    /stops in up to 20 seconds/,
  ],
  ['a budget that blocks', { budget: Budget.minAvailable(2) }, 'budget', /blocks every drain/],
  [
    'thresholds the wrong way round',
    { settings: { evictThresholdLow: 90, evictThresholdHigh: 80 } },
    'settings.evictThresholdLow',
    /below evictThresholdHigh/,
  ],
  [
    'a Secret with capitals',
    { tls: { meta: { ...TLS, secretName: 'TLS' } } },
    'tls.meta.secretName',
    /DNS labels/,
  ],
  ['OpenSSL in no folder', { tls: { meta: TLS, openssl: 'lib64' } }, 'tls.openssl', /a path is absolute/],
  [
    'TLS of metrics that the release does not have',
    { release: '1.1', tls: { metrics: TLS } },
    'tls.metrics',
    /MemCache 1\.1 does not know ock\.mmc\.metrics\.tls\.enable/,
  ],
  [
    'a setting that the release does not know',
    { settings: { ubsIo: true } },
    'settings.ubsIo',
    /MemCache 1\.3 does not know ock\.mmc\.ubs_io\.enable/,
  ],
  ['a plain secret', { env: { META_PASSWORD: 'hunter2' } }, 'env.META_PASSWORD', /never a plain value/],
  [
    'requests above limits',
    { resources: { requests: { memory: '8Gi' }, limits: { memory: '4Gi' } } },
    'resources.requests.memory',
    /at most the limit/,
  ],
  [
    'a claim of no size',
    { logs: LogTarget.claim(new ClaimTemplate('log', { size: Size.gibibytes(0) })) },
    'logs.size',
    /has a size/,
  ],
  [
    'a claim with a name with capitals',
    { logs: LogTarget.claim(new ClaimTemplate('Log', { size: Size.gibibytes(1) })) },
    'logs.name',
    /DNS label/,
  ],
  [
    'a claim with the name of another volume',
    { logs: LogTarget.claim(new ClaimTemplate('tmp', { size: Size.gibibytes(1) })) },
    'logs',
    /do not share a name/,
  ],
])('refuses %s', (_, props, property, rule) => {
  expectProblem(build(props), { property, rule });
});

it('refuses a setting that MemCache does not have, from a file without types', () => {
  const settings = JSON.parse('{ "logLevl": "debug" }') as MetaServiceHAProps['settings'];

  expectProblemAlone(build({ settings }), {
    property: 'settings.logLevl',
    rule: /unknown setting/,
    remedy: /logLevel/,
  });
});

it('tells all that is wrong in one error, with its own path and the props as they were written', () => {
  const error = refusalOf(
    build({
      name: 'Meta',
      serviceName: 'Members',
      leaderServiceName: 'Leader',
      image: 'memcache',
      runtimeImage: 'runtime',
      settings: { logRotationFileCount: 0 },
      ports: { meta: 80 },
      tls: { meta: { secretName: 'Secret' } },
    }),
  );

  expect(error.subject).toBe('system/meta');
  expect([...new Set(error.problems.map(({ property }) => property))].sort()).toEqual([
    'image',
    'leaderServiceName',
    'name',
    'ports.meta',
    'runtimeImage',
    'serviceName',
    'settings.logRotationFileCount',
    'tls.meta.secretName',
  ]);
});

describe('at synthesis', () => {
  it('refuses two MetaServices that share names', () => {
    expect(() =>
      rendered((scope) => {
        new MetaServiceHA(scope, 'one', META);
        new MetaServiceHA(scope, 'two', META);
      }),
    ).toThrow(/StatefulSet ns\/meta-service-pod is also made by system\/one/);
  });

  it('refuses two MetaServices that take the same ports of a node', () => {
    const other: Partial<ElectedMetaProps> = {
      name: 'other',
      serviceName: 'other',
      leaderServiceName: 'other-leader',
      selector: { app: 'other' },
      names: { lease: 'other', serviceAccount: 'other', role: 'other', roleBinding: 'other' },
      hostNetwork: true,
    };

    expect(() =>
      rendered((scope) => {
        new MetaServiceHA(scope, 'one', { ...META, hostNetwork: true });
        new MetaServiceHA(scope, 'two', { ...META, ...other });
      }),
    ).toThrow(/takes port 5123\/TCP of its node/);
  });
});

it('refuses NPUs of a node that it does not have', () => {
  expectProblem(() => AscendNpu.hostDevices({ count: 0 }), { property: 'count', rule: /from 1 to 64/ });
});

it('judges settings of a release that is none by the newest', () => {
  const build = () =>
    new MetaServiceHA(chart(), 'meta', {
      ...META,
      ...(JSON.parse('{ "release": "9", "settings": { "ubsIo": true } }') as object),
    });

  expectProblem(build, { property: 'settings.ubsIo', rule: /MemCache 1\.3 does not know/ });
});

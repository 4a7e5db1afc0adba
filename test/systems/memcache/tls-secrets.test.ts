/** TLS: Secrets are mounted by connection, and the configuration names their files. */
import type { TlsSecret } from '../../../lib';
import { MetaServiceHA } from '../../../lib';
import { renamed } from '../../../lib/kube/problems';
import {
  TLS_SETTINGS,
  tlsFiles,
  tlsGroup,
  tlsMounts,
  tlsProblems,
} from '../../../lib/systems/memcache/tls-secrets';
import { META, embeddedMeta, fleet, meta } from '../../support/memcache';
import { chart, containerOf, mountsOf, volumeOf } from '../../support/workloads';

const META_SECRET: TlsSecret = { secretName: 'meta-tls' };
const STORE_SECRET: TlsSecret = { ...META_SECRET, secretName: 'store-tls', crl: true, keyPass: true };
const BOTH = { meta: META_SECRET, configStore: STORE_SECRET };

describe('a MetaService with TLS', () => {
  const rendering = meta({ tls: BOTH });
  const config = rendering.one('ConfigMap', 'meta-service-config').data['mmc-meta.conf']?.split('\n');

  it('mounts each Secret in a folder of its connection, for its group only', () => {
    const container = rendering.container('meta-service');

    expect(mountsOf(container)).toMatchObject({
      '/etc/memcache/tls/meta': 'tls-meta',
      '/etc/memcache/tls/configStore': 'tls-configstore',
    });
    expect(container.volumeMounts).toContainEqual({
      name: 'tls-meta',
      mountPath: '/etc/memcache/tls/meta',
      readOnly: true,
    });
    expect(volumeOf(rendering.pod, 'tls-meta')).toEqual({
      secret: { secretName: 'meta-tls', defaultMode: 0o440 },
    });
    expect(volumeOf(rendering.pod, 'tls-configstore')).toMatchObject({ secret: { secretName: 'store-tls' } });
  });

  it('names the files behind the links that Kubernetes makes', () => {
    expect(config).toEqual(
      expect.arrayContaining([
        'ock.mmc.tls.enable = true',
        'ock.mmc.tls.ca.path = /etc/memcache/tls/meta/..data/ca.crt',
        'ock.mmc.tls.cert.path = /etc/memcache/tls/meta/..data/tls.crt',
        'ock.mmc.tls.key.path = /etc/memcache/tls/meta/..data/tls.key',
        'ock.mmc.tls.package.path = /opt/memcache-openssl/lib',
        'ock.mmc.config_store.tls.enable = true',
        'ock.mmc.config_store.tls.ca.crl.path = /etc/memcache/tls/configStore/..data/ca.crl',
        'ock.mmc.config_store.tls.key.pass.path = /etc/memcache/tls/configStore/..data/key.pass',
      ]),
    );
  });

  it('can read its keys whatever its user, unless a group is set', () => {
    expect(rendering.pod.spec['securityContext']).toMatchObject({ fsGroup: 65_532 });
    expect(meta({ tls: BOTH, fsGroup: 1000 }).pod.spec['securityContext']).toMatchObject({ fsGroup: 1000 });
    expect(meta().pod.spec).not.toHaveProperty('securityContext');
  });

  it('tells its clients which connections are secured', () => {
    const secured = (tls: typeof BOTH | { meta: TlsSecret }) =>
      new MetaServiceHA(chart(), 'meta', { ...META, tls }).tls;

    expect(secured(BOTH)).toEqual({ meta: true, configStore: true });
    expect(secured({ meta: META_SECRET })).toEqual({ meta: true, configStore: false });
  });
});

describe('OpenSSL', () => {
  const usual = ['/usr/lib64', '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib'];

  it.each([
    ['the usual folders', undefined, usual],
    ['the folder that is named', '/opt/openssl/lib', ['/opt/openssl/lib']],
  ])('is copied from %s into a folder of the pod, before the program starts', (_, openssl, folders) => {
    const rendering = meta({ tls: { ...BOTH, openssl } });
    const copy = rendering.container('copy-openssl');

    expect(copy.command).toEqual([
      '/bin/sh',
      '/opt/memcache-ha/copy-openssl.sh',
      '/opt/memcache-openssl/lib',
      ...folders,
    ]);
    expect(copy.securityContext).toEqual(rendering.container('meta-service').securityContext);
    expect(volumeOf(rendering.pod, 'openssl')).toEqual({ emptyDir: {} });
    expect(rendering.container('meta-service').volumeMounts).toContainEqual({
      name: 'openssl',
      mountPath: '/opt/memcache-openssl',
      readOnly: true,
    });
    expect(rendering.one('ConfigMap', 'meta-service-config').data).toHaveProperty(['copy-openssl.sh']);
  });

  it('is not copied where nothing loads it', () => {
    const peers = fleet({ tls: { hcom: { secretName: 'peer-tls' } } });

    expect(JSON.stringify([meta().objects, peers.objects])).not.toContain('openssl');
  });
});

describe('a MetaService with TLS of its metrics', () => {
  const rendering = meta({ tls: { metrics: META_SECRET } });

  it('serves them by HTTPS', () => {
    const config = rendering.one('ConfigMap', 'meta-service-config').data['mmc-meta.conf'];

    expect(config).toContain('ock.mmc.meta_service.metrics_url = https://@POD_IP@:8000\n');
    expect(config).toContain('ock.mmc.metrics.tls.cert.path = /etc/memcache/tls/metrics/..data/tls.crt\n');
  });

  it('is asked for no more than a connection, for want of a certificate', () => {
    expect(rendering.container('elector').args).toContain('--app-check=tcp://$(POD_IP):8000');
    expect(
      embeddedMeta({ tls: { metrics: META_SECRET } }).container('meta-service').livenessProbe,
    ).toMatchObject({ tcpSocket: { port: 8000 } });
  });
});

describe('a fleet with TLS', () => {
  const rendering = fleet({ tls: { ...BOTH, hcom: { secretName: 'peer-tls' } } }, { tls: BOTH });
  const pod = rendering.one('StatefulSet', 'local-service-pod').spec.template;

  it('mounts the Secret between clients too', () => {
    expect(mountsOf(containerOf(pod, 'local-service'))).toMatchObject({
      '/etc/memcache/tls/meta': 'tls-meta',
      '/etc/memcache/tls/configStore': 'tls-configstore',
      '/etc/memcache/tls/hcom': 'tls-hcom',
    });
    expect(volumeOf(pod, 'tls-hcom')).toMatchObject({ secret: { secretName: 'peer-tls' } });
    expect(pod.spec['securityContext']).toMatchObject({ fsGroup: 65_532 });
  });

  it('names all files', () => {
    const config = rendering.one('ConfigMap', 'local-service-config').data['mmc-local.conf'];

    for (const [prefix, connection] of [
      ['ock.mmc.tls', 'meta'],
      ['ock.mmc.config_store.tls', 'configStore'],
      ['ock.mmc.local_service.hcom.tls', 'hcom'],
    ] as const) {
      expect(config).toContain(`${prefix}.key.path = /etc/memcache/tls/${connection}/..data/tls.key\n`);
    }
  });
});

it('leaves no trace where there is none', () => {
  expect(tlsMounts({ meta: undefined })).toEqual([]);
  expect(tlsFiles('meta', undefined)).toBeUndefined();
  expect(tlsGroup({ meta: undefined })).toBeUndefined();
  expect(tlsProblems({ meta: undefined })).toEqual([]);
});

it.each([
  ['settings.tls.packagePath', 'tls.meta.packagePath'],
  ['settings.configStoreTls.caPath', 'tls.configStore.caPath'],
  ['settings.hcomTls.keyPath', 'tls.hcom.keyPath'],
  ['settings.metricsTls', 'tls.metrics'],
  ['settings.worldSize', 'settings.worldSize'],
])('tells the problem of %s at %s', (property, written) => {
  const problem = { value: 1, rule: 'a rule', remedy: 'do it' };

  expect(renamed([{ ...problem, path: property.split('.') }], TLS_SETTINGS)).toEqual([
    { ...problem, path: written.split('.') },
  ]);
});

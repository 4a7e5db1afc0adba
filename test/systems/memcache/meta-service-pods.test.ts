/** The pods of a `MetaServiceHA`: the configuration that they render, the program, its probes, and its rights. */
import { Duration, Size } from 'cdk8s';
import {
  AscendNpu,
  Budget,
  ClaimTemplate,
  ContainerSecurity,
  LogTarget,
  type MemCacheRelease,
  fromSecret,
} from '../../../lib';
import { META, embeddedMeta, meta } from '../../support/memcache';
import { type Rendering, envOf, mountsOf, volumeOf } from '../../support/workloads';

const PROGRAM = 'mmc_meta_service';

function configOf(rendering: Rendering): string[] {
  const configMap = rendering.one(
    'ConfigMap',
    `${rendering.one('StatefulSet').spec.serviceName ?? ''}-config`,
  );
  return (configMap.data['mmc-meta.conf'] ?? '').trimEnd().split('\n');
}

describe('the configuration', () => {
  it('is what the program needs, with the address of the pod to be filled in', () => {
    expect(configOf(meta())).toEqual([
      'ock.mmc.meta_service_url = tcp://@POD_IP@:5123',
      'ock.mmc.meta_service.config_store_url = tcp://@POD_IP@:6123',
      'ock.mmc.meta_service.metrics_url = http://@POD_IP@:8000',
      'ock.mmc.meta.ha.enable = false',
      'ock.mmc.log_path = /var/log/memcache',
    ]);
  });

  it('lets the program elect only where nobody else does', () => {
    expect(configOf(embeddedMeta())).toContain('ock.mmc.meta.ha.enable = true');
  });

  it('is rendered by an init container into the folder from which the program reads it', () => {
    const rendering = meta();
    const render = rendering.container('render-config');
    const program = rendering.container('meta-service');

    expect(render.command).toEqual([
      '/bin/sh',
      '/opt/memcache-ha/render-config.sh',
      '/opt/memcache-ha/mmc-meta.conf',
      '/home/meta/config/mmc-meta.conf',
    ]);
    expect(render.env).toEqual([{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }]);
    expect(render.image).toBe(META.image);
    expect(mountsOf(render)).toEqual({ '/home/meta/config': 'config', '/opt/memcache-ha': 'files' });
    expect(volumeOf(rendering.pod, 'config')).toEqual({ emptyDir: {} });
    expect(program.volumeMounts).toContainEqual({
      name: 'config',
      mountPath: '/home/meta/config',
      readOnly: true,
    });
    expect(envOf(program)).toMatchObject({ MMC_META_CONFIG_PATH: '/home/meta/config/mmc-meta.conf' });
  });

  it('rolls the pods when it changes', () => {
    const renderings = [meta({ settings: { logLevel: 'debug' } }), meta({ settings: { logLevel: 'error' } })];
    const names = renderings.map(
      (rendering) => rendering.one('ConfigMap', 'meta-service-config').metadata.name,
    );

    expect(new Set(names).size).toBe(2);
    expect(renderings.map(({ pod }) => volumeOf(pod, 'files'))).toEqual(
      names.map((name) => ({ configMap: { name } })),
    );
  });

  it('does not roll them when it stays as it was', () => {
    expect(meta({ stopTimeout: Duration.seconds(20) }).one('ConfigMap', 'meta-service-config')).toEqual(
      meta().one('ConfigMap', 'meta-service-config'),
    );
  });
});

describe('the program', () => {
  it('is run by the gate, by its name', () => {
    expect(meta().container('meta-service').command).toEqual(['/bin/sh', '/opt/cdk8s-ha/gate.sh', PROGRAM]);
  });

  it('can be another one', () => {
    expect(embeddedMeta({ command: ['/opt/meta', '-v'] }).container('meta-service').command).toEqual([
      '/opt/meta',
      '-v',
    ]);
  });

  it('runs with the environment of the toolkit where there are NPUs', () => {
    const npu = AscendNpu.hostDevices({ count: 1 });
    const wrapped = ['/bin/bash', '/opt/memcache-ha/with-ascend.sh', PROGRAM];

    expect(meta({ npu }).container('meta-service').command).toEqual([
      '/bin/sh',
      '/opt/cdk8s-ha/gate.sh',
      ...wrapped,
    ]);
    expect(embeddedMeta({ npu }).container('meta-service').command).toEqual(wrapped);
    expect(meta({ npu }).one('ConfigMap', 'meta-service-config').data).toHaveProperty(['with-ascend.sh']);
  });

  it('finds its libraries, and what the user sets', () => {
    const env = { MODE: 'a', KEY: fromSecret('meta', 'key') };

    const found = envOf(meta({ env }).container('meta-service'));
    expect(found['PATH']).toMatch(
      /:\/usr\/local\/memcache_hybrid\/latest\/aarch64-linux\/bin:\/usr\/local\/memcache_hybrid\/latest\/x86_64-linux\/bin$/,
    );
    expect(found).toMatchObject({
      LD_LIBRARY_PATH:
        '/usr/local/python3.11/lib:' +
        '/usr/local/memfabric_hybrid/latest/aarch64-linux/lib64:/usr/local/memfabric_hybrid/latest/x86_64-linux/lib64:' +
        '/usr/local/memcache_hybrid/latest/aarch64-linux/lib64:/usr/local/memcache_hybrid/latest/x86_64-linux/lib64',
      MODE: 'a',
      KEY: '?',
    });
  });

  it.each(['1.1', '1.2'] as const)(
    'of release %s has its own election on, and is told by our module that it leads',
    (release) => {
      const rendering = meta({ release });

      expect(configOf(rendering)).toContain('ock.mmc.meta.ha.enable = true');
      expect(envOf(rendering.container('meta-service'))).toMatchObject({ PYTHONPATH: '/opt/memcache-ha' });
      expect(
        Object.values(
          rendering.one('ConfigMap', `${rendering.one('StatefulSet').spec.serviceName ?? ''}-config`).data,
        ),
      ).toContainEqual(expect.stringContaining("bool(os.environ.get('HA_TERM'))"));
    },
  );

  it("of release 1.3 holds no election beside the runtime's", () => {
    expect(configOf(meta({ release: '1.3' }))).toContain('ock.mmc.meta.ha.enable = false');
    expect(envOf(meta({ release: '1.3' }).container('meta-service'))).not.toHaveProperty('PYTHONPATH');
  });

  it('knows pod and lease only where it elects by itself', () => {
    const fieldRef = (fieldPath: string) => ({ valueFrom: { fieldRef: { fieldPath } } });

    expect(embeddedMeta({ names: { lease: 'the-lease' } }).container('meta-service').env).toEqual(
      expect.arrayContaining([
        { name: 'META_POD_NAME', ...fieldRef('metadata.name') },
        { name: 'META_POD_IP', ...fieldRef('status.podIP') },
        { name: 'META_NAMESPACE', ...fieldRef('metadata.namespace') },
        { name: 'META_LEASE_NAME', value: 'the-lease' },
      ]),
    );
    expect(JSON.stringify(meta().pod)).not.toContain('META_POD_NAME');
  });

  it('writes nowhere but to its folders', () => {
    const { securityContext, volumeMounts } = meta().container('meta-service');

    expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true, runAsNonRoot: true });
    expect(
      volumeMounts?.filter(({ readOnly }) => readOnly !== true).map(({ mountPath }) => mountPath),
    ).toEqual(['/tmp', '/var/log/memcache']);
  });

  it('has memory to grow, and devices from the plugin as well', () => {
    expect(meta().container('meta-service').resources).toEqual({
      requests: { cpu: '500m', memory: '1Gi' },
      limits: { memory: '4Gi' },
    });
    expect(
      meta({ npu: AscendNpu.devicePlugin({ resource: 'huawei.com/Ascend910', count: 2 }) }).container(
        'meta-service',
      ).resources,
    ).toEqual({
      requests: { cpu: '500m', memory: '1Gi', 'huawei.com/Ascend910': '2' },
      limits: { memory: '4Gi', 'huawei.com/Ascend910': '2' },
    });
  });
});

describe('a master', () => {
  it.each([
    ['two minutes', {}, 120],
    ['as long as told', { startTimeout: Duration.minutes(10) }, 600],
  ])('has %s to answer for its health', (_, props, seconds) => {
    const rendering = meta(props);
    const { periodSeconds = 0, failureThreshold = 0 } =
      rendering.container('meta-service').startupProbe ?? {};

    expect(rendering.container('elector').args).toEqual(
      expect.arrayContaining([
        '--app-check=http://$(POD_IP):8000/health',
        `--app-start-timeout=${seconds}s`,
        '--standby=cold',
      ]),
    );
    expect(periodSeconds * failureThreshold).toBeGreaterThanOrEqual(seconds);
  });

  it('is asked by the kubelet through the elector', () => {
    expect(meta({ electorPort: 9480 }).container('meta-service').livenessProbe?.httpGet).toEqual({
      port: 9480,
      path: '/app/liveness',
    });
  });

  it.each(['startupProbe', 'livenessProbe', 'readinessProbe'] as const)(
    'is asked by the kubelet itself where it elects by itself and answers it: %s',
    (probe) => {
      const rendering = embeddedMeta({ release: '1.1', ports: { metrics: 18_000 } });

      expect(rendering.container('meta-service')[probe]?.httpGet).toEqual({ port: 18_000, path: '/health' });
    },
  );

  it.each<[MemCacheRelease, 'startupProbe' | 'livenessProbe' | 'readinessProbe']>([
    ['1.2', 'startupProbe'],
    ['1.2', 'livenessProbe'],
    ['1.3', 'livenessProbe'],
    ['1.3', 'readinessProbe'],
  ])(
    'of release %s, which never ends its answer to the kubelet, is asked for a connection: %s',
    (release, probe) => {
      const asked = embeddedMeta({ release }).container('meta-service')[probe];

      expect(asked).toMatchObject({ tcpSocket: { port: 8000 } });
      expect(asked).not.toHaveProperty('httpGet');
    },
  );

  it('is ended by SIGKILL where the gate runs it, and has little to wait for', () => {
    const rendering = meta();

    expect(envOf(rendering.container('meta-service'))).toMatchObject({ HA_STOP_SIGNAL: 'SIGKILL' });
    expect(rendering.pod.spec).toMatchObject({ terminationGracePeriodSeconds: 6 });
    expect(embeddedMeta().pod.spec).toMatchObject({ terminationGracePeriodSeconds: 15 });
  });
});

describe('the pods', () => {
  it('are spread, protected and on their own network', () => {
    const rendering = meta();

    expect(rendering.pod.spec['topologySpreadConstraints']).toMatchObject([
      { topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule' },
      { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
    ]);
    expect(rendering.one('PodDisruptionBudget').spec).toMatchObject({ maxUnavailable: 1 });
    expect(rendering.pod.spec).not.toHaveProperty('hostNetwork');
    expect(rendering.one('Namespace').metadata.labels['pod-security.kubernetes.io/enforce']).toBe(
      'restricted',
    );
  });

  it('can use the network of the host', () => {
    const rendering = meta({ hostNetwork: true });

    expect(rendering.pod.spec).toMatchObject({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' });
    expect(rendering.one('Namespace').metadata.labels['pod-security.kubernetes.io/enforce']).toBe(
      'privileged',
    );
  });

  it('can have a budget of their own', () => {
    expect(
      meta({ replicas: 4, budget: Budget.maxUnavailable(2) }).one('PodDisruptionBudget').spec,
    ).toMatchObject({
      maxUnavailable: 2,
    });
  });

  it('share pull policy and rights with their helpers', () => {
    const security = ContainerSecurity.root({ writableRoot: true });
    const rendering = meta({ security, imagePullPolicy: 'Always' });

    for (const name of ['meta-service', 'render-config', 'log']) {
      expect(rendering.container(name)).toMatchObject({
        imagePullPolicy: 'Always',
        securityContext: { runAsUser: 0, readOnlyRootFilesystem: false },
      });
    }
  });

  it('keep the log where they are told', () => {
    const log = new ClaimTemplate('log', { size: Size.gibibytes(1) });
    const rendering = meta({ logs: LogTarget.claim(log) });

    expect(rendering.one('StatefulSet').spec.volumeClaimTemplates).toMatchObject([
      { metadata: { name: 'log' } },
    ]);
    expect(mountsOf(rendering.container('meta-service'))).toMatchObject({ '/var/log/memcache': 'log' });
  });
});

/** The pods of a `LocalClientFleet`: the configuration that they render, the wait for a master, devices and rights. */
import { Duration, Size } from 'cdk8s';
import { AscendNpu, ContainerSecurity, Hugepages, type MemCacheRelease, Transport } from '../../../lib';
import { FLEET, type FleetProps, fleet } from '../../support/memcache';
import {
  type Rendering,
  type TemplateView,
  containerOf,
  envOf,
  mountsOf,
  volumeOf,
} from '../../support/workloads';

function podOf(rendering: Rendering, name = 'local-service-pod'): TemplateView {
  return rendering.one('StatefulSet', name).spec.template;
}

function clientOf(props: FleetProps) {
  return containerOf(podOf(fleet(props)), 'local-service');
}

function configOf(rendering: Rendering, name = 'local-service-config'): string[] {
  return (rendering.one('ConfigMap', name).data['mmc-local.conf'] ?? '').trimEnd().split('\n');
}

describe('the configuration of clients', () => {
  it.each<MemCacheRelease>(['1.2', '1.3'])(
    'names the Service of their MetaService: release %s',
    (release) => {
      const servicePorts = { meta: 28_080, config: 28_090 };
      const rendering = fleet({}, { release, leaderServiceName: 'master', servicePorts });
      const render = containerOf(podOf(rendering), 'render-config');

      expect(configOf(rendering)).toEqual(
        expect.arrayContaining([
          'ock.mmc.meta_service_url = tcp://master.ns.svc.cluster.local:28080',
          'ock.mmc.local_service.config_store_url = tcp://master.ns.svc.cluster.local:28090',
        ]),
      );
      expect(envOf(render)).not.toHaveProperty('SERVICE_HOST');
    },
  );

  it('has the address of the Service filled in for a release that takes no names', () => {
    const rendering = fleet(
      {},
      { release: '1.1', leaderServiceName: 'master', servicePorts: { meta: 28_080, config: 28_090 } },
    );
    const render = containerOf(podOf(rendering), 'render-config');

    expect(configOf(rendering)).toEqual(
      expect.arrayContaining([
        'ock.mmc.meta_service_url = tcp://@SERVICE_IP@:28080',
        'ock.mmc.local_service.config_store_url = tcp://@SERVICE_IP@:28090',
      ]),
    );
    expect(render.env).toEqual([
      { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'SERVICE_HOST', value: 'master.ns.svc.cluster.local' },
    ]);
  });

  it('is complete without a setting', () => {
    expect(configOf(fleet())).toEqual([
      'ock.mmc.meta_service_url = tcp://service-cluster-ip-memcache.ns.svc.cluster.local:18080',
      'ock.mmc.local_service.config_store_url = tcp://service-cluster-ip-memcache.ns.svc.cluster.local:18090',
      'ock.mmc.local_service.protocol = host_tcp',
      'ock.mmc.local_service.hcom_url = tcp://@POD_IP@:7000',
      'ock.mmc.local_service.dram.size = 1GB',
      'ock.mmc.client.retry_milliseconds = 90000',
    ]);
  });

  it.each<[string, FleetProps, string]>([
    ['of its pod', {}, 'ock.mmc.local_service.hcom_url = tcp://@POD_IP@:7000'],
    ['and port that are set', { hcomPort: 17_000 }, 'ock.mmc.local_service.hcom_url = tcp://@POD_IP@:17000'],
    [
      'of the card for RDMA',
      { hostNetwork: true, transport: Transport.hostRdma({ interface: 'eth1' }) },
      'ock.mmc.local_service.hcom_url = tcp://@INTERFACE_IP@:7000',
    ],
  ])('gives other clients the address %s', (_, props, line) => {
    expect(configOf(fleet(props))).toContain(line);
    expect(clientOf(props).ports).toEqual([
      { name: 'hcom', containerPort: props.hcomPort ?? 7000, protocol: 'TCP' },
    ]);
  });

  it('is rendered with the interface of the card', () => {
    const transport = Transport.hostRdma({ interface: 'eth1' });
    const render = containerOf(podOf(fleet({ hostNetwork: true, transport })), 'render-config');

    expect(envOf(render)).toMatchObject({ INTERFACE: 'eth1' });
    expect(envOf(containerOf(podOf(fleet()), 'render-config'))).not.toHaveProperty('INTERFACE');
  });

  it('lets clients outlast a lost master, longer if told so', () => {
    const retry = /retry_milliseconds = (\d+)/;
    const settings = (clientRetry: Duration | undefined) =>
      configOf(fleet({ settings: { clientRetry } })).join();

    expect(retry.exec(settings(undefined))?.[1]).toBe('90000');
    expect(retry.exec(settings(Duration.minutes(5)))?.[1]).toBe('300000');
  });

  it('rolls the pods when it changes', () => {
    const renderings = [fleet({ hcomPort: 7001 }), fleet({ hcomPort: 7002 })];
    const names = renderings.map((each) => each.one('ConfigMap', 'local-service-config').metadata.name);

    expect(new Set(names).size).toBe(2);
    expect(renderings.map((each) => volumeOf(podOf(each), 'files'))).toEqual(
      names.map((name) => ({ configMap: { name } })),
    );
  });

  it('is where the program looks for it', () => {
    const client = clientOf({});

    expect(envOf(client)).toMatchObject({ MMC_LOCAL_CONFIG_PATH: '/home/meta/config/mmc-local.conf' });
    expect(mountsOf(client)).toEqual({
      '/home/meta/config': 'config',
      '/opt/memcache-ha': 'files',
      '/tmp': 'tmp',
    });
  });
});

describe('the init containers of a client', () => {
  it.each([
    ['five minutes', {}, '300'],
    ['as long as told', { waitTimeout: Duration.seconds(30) }, '30'],
  ])('render the configuration, then wait for a master %s', (_, props, seconds) => {
    const rendering = fleet(props, { leaderServiceName: 'master', servicePorts: { meta: 28_080 } });
    const [render, wait] = podOf(rendering).spec.initContainers ?? [];

    expect(render?.name).toBe('render-config');
    expect(wait).toMatchObject({
      name: 'wait-for-master',
      image: FLEET.image,
      command: [
        '/bin/sh',
        '/opt/memcache-ha/wait-for-master.sh',
        'master.ns.svc.cluster.local',
        '28080',
        seconds,
      ],
    });
    expect(rendering.one('ConfigMap', 'local-service-config').data).toHaveProperty(['wait-for-master.sh']);
  });
});

describe('the container of a client', () => {
  it.each([
    ['as it is', {}, ['/client']],
    [
      'in the environment of the toolkit where there are NPUs',
      { npu: AscendNpu.hostDevices({ count: 1 }) },
      ['/bin/bash', '/opt/memcache-ha/with-ascend.sh', '/client'],
    ],
  ])('runs its command %s', (_, props, command) => {
    expect(clientOf({ ...props, command: ['/client'], args: ['-v'] })).toMatchObject({
      command,
      args: ['-v'],
    });
  });

  it('runs what its image runs by default', () => {
    expect(clientOf({ npu: AscendNpu.hostDevices({ count: 1 }) })).not.toHaveProperty('command');
  });

  it('has huge pages, NPUs and cards among its resources', () => {
    const whole = { 'hugepages-2Mi': '2Gi', 'huawei.com/Ascend910': '8', 'rdma/hca': '1' };

    expect(
      clientOf({
        hugepages: Hugepages.of2Mi(Size.gibibytes(2)),
        npu: AscendNpu.devicePlugin({ resource: 'huawei.com/Ascend910', count: 8 }),
        transport: Transport.hostRdma({ resource: { name: 'rdma/hca' } }),
      }).resources,
    ).toEqual({
      requests: { cpu: '1', memory: '2Gi', ...whole },
      limits: { memory: '4Gi', ...whole },
    });
  });

  it('mounts huge pages and the shared memory of the node', () => {
    const props = { hugepages: Hugepages.of2Mi(Size.gibibytes(2)), transport: Transport.hostShm() };
    const pod = podOf(fleet(props));

    expect(mountsOf(clientOf(props))).toMatchObject({ '/hugepages-2Mi': 'hugepages-2mi', '/dev/shm': 'shm' });
    expect(volumeOf(pod, 'hugepages-2mi')).toEqual({ emptyDir: { medium: 'HugePages-2Mi' } });
    expect(volumeOf(pod, 'shm')).toEqual({ hostPath: { path: '/dev/shm', type: 'Directory' } });
  });

  it('has no credentials', () => {
    expect(podOf(fleet()).spec).toMatchObject({ automountServiceAccountToken: false });
  });
});

describe('the rights of a client', () => {
  const because = 'cdk8s-ha/privileged-because';
  const npu = AscendNpu.hostDevices({ count: 1 });

  it('are restricted unless told otherwise', () => {
    expect(clientOf({}).securityContext).toMatchObject({ runAsNonRoot: true, readOnlyRootFilesystem: true });
    expect(clientOf({ security: ContainerSecurity.root() }).securityContext).toMatchObject({ runAsUser: 0 });
  });

  it.each<[string, FleetProps, RegExp]>([
    ['RDMA', { transport: Transport.hostRdma() }, /^host_rdma opens RDMA devices/],
    ['URMA', { transport: Transport.hostUrma() }, /^host_urma opens RDMA devices/],
    ['RDMA between NPUs', { transport: Transport.deviceRdma(), npu }, /^device_rdma opens NPU devices/],
    ['SDMA between NPUs', { transport: Transport.deviceSdma(), npu }, /^device_sdma opens NPU devices/],
  ])(
    'are all where %s needs them, with the reason on the pod; the helpers have fewer',
    (_, props, reason) => {
      const rendering = fleet({ settings: { dramSize: Size.gibibytes(1) }, ...props });
      const pod = podOf(rendering);

      expect(containerOf(pod, 'local-service').securityContext).toEqual({ privileged: true });
      expect(pod.metadata.annotations?.[because]).toMatch(reason);
      for (const name of ['render-config', 'wait-for-master']) {
        expect(containerOf(pod, name).securityContext).toMatchObject({
          runAsUser: 0,
          allowPrivilegeEscalation: false,
        });
      }
      expect(rendering.one('Namespace').metadata.labels['pod-security.kubernetes.io/enforce']).toBe(
        'privileged',
      );
    },
  );

  it.each<[string, FleetProps]>([
    ['TCP', {}],
    ['shared memory', { transport: Transport.hostShm() }],
    ['a device plugin for the cards', { transport: Transport.hostRdma({ resource: { name: 'rdma/hca' } }) }],
    [
      'a device plugin for the NPUs',
      {
        transport: Transport.deviceRdma(),
        npu: AscendNpu.devicePlugin({ resource: 'huawei.com/Ascend910', count: 1 }),
      },
    ],
  ])('are not all with %s', (_, props) => {
    const pod = podOf(fleet(props));

    expect(JSON.stringify(pod)).not.toContain('"privileged":true');
    expect(pod.metadata.annotations ?? {}).not.toHaveProperty([because]);
  });
});

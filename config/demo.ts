/**
 * The reference deployment of MemCache on Ascend hosts: two MetaServices and two clients on the hosts' network, with the
 * hosts' NPUs and huge pages. `kubectl apply -f dist/` applies it.
 */
import { Size } from 'cdk8s';
import {
  AscendNpu,
  ContainerSecurity,
  Hugepages,
  LocalClientFleet,
  LogTarget,
  MetaServiceHA,
  SystemChart,
  Transport,
} from '../lib';
import type { Environment } from './environment';

/** An image in which memcache_hybrid and memfabric_hybrid are installed, as the reference guide makes it. */
const image = 'registry.example/memcache:1.0.0';
const runtimeImage = 'registry.example/cdk8s-ha-runtime:0.1.0';

const npu = AscendNpu.hostDevices({ count: 8 });

export const demo: Environment = {
  name: 'demo',
  build: (app) => {
    const memcache = new SystemChart(app, 'memcache', { namespace: 'ns-memcache' });
    const meta = new MetaServiceHA(memcache, 'meta', {
      image,
      runtimeImage,
      hostNetwork: true,
      npu,
      logs: LogTarget.hostPath('/var/log/memcache'),
      // The image is made by committing a container that ran as root.
      security: ContainerSecurity.root({ writableRoot: true }),
    });
    new LocalClientFleet(memcache, 'clients', {
      meta,
      image,
      replicas: 2,
      hostNetwork: true,
      transport: Transport.hostRdma({ interface: 'eth1' }),
      npu,
      hugepages: Hugepages.of2Mi(Size.gibibytes(2)),
      // Keeps the pod up for `kubectl exec`; replace it by the application that uses the cache.
      command: ['/bin/sh', '-c', 'trap "exit 0" TERM; while :; do sleep 3600 & wait $!; done'],
    });
  },
};

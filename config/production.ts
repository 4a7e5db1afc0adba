/**
 * MemCache without a privilege on its nodes: own pod network, NPUs from the device plugin, three MetaServices over three
 * zones, logs on standard output, admission policies for the election's account. For Kubernetes 1.30 and newer; Argo CD is
 * pointed at dist/production.
 */
import { Size } from 'cdk8s';
import {
  AscendNpu,
  ContainerSecurity,
  Hugepages,
  LocalClientFleet,
  MetaServiceHA,
  SystemChart,
  Transport,
} from '../lib';
import type { Environment } from './environment';

const image = 'registry.example/memcache:1.0.0';
const runtimeImage = 'registry.example/cdk8s-ha-runtime:0.1.0';

const security = ContainerSecurity.restricted({ user: 1000 });
const imagePullSecrets = ['registry-credentials'];
const nodeSelector = { 'kubernetes.io/arch': 'arm64' };

export const production: Environment = {
  name: 'production',
  build: (app) => {
    const memcache = new SystemChart(app, 'memcache', { namespace: 'ns-memcache' });
    const meta = new MetaServiceHA(memcache, 'meta', {
      image,
      runtimeImage,
      replicas: 3,
      // Needs Kubernetes 1.30 or newer.
      admissionPolicy: true,
      security,
      imagePullSecrets,
      nodeSelector,
      settings: { evictThresholdHigh: 85, evictThresholdLow: 70 },
      resources: { requests: { cpu: '2', memory: '8Gi' }, limits: { cpu: '2', memory: '8Gi' } },
    });
    new LocalClientFleet(memcache, 'clients', {
      meta,
      image,
      placement: 'every-node',
      security,
      imagePullSecrets,
      nodeSelector: { ...nodeSelector, accelerator: 'huawei-Ascend910' },
      transport: Transport.deviceRdma(),
      npu: AscendNpu.devicePlugin({ resource: 'huawei.com/Ascend910', count: 8 }),
      hugepages: Hugepages.of2Mi(Size.gibibytes(64)),
      settings: {
        dramSize: Size.gibibytes(64),
        worldSize: 64,
      },
      resources: { requests: { cpu: '4', memory: '16Gi' }, limits: { cpu: '4', memory: '16Gi' } },
    });
  },
};

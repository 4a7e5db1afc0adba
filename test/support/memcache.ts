/** MemCache's constructs with the least that they need, and with all that they can be told. */
import { Duration, Size } from 'cdk8s';
import {
  AscendNpu,
  Budget,
  ClaimTemplate,
  ContainerSecurity,
  ElectionTiming,
  type HostDevicesProps,
  Hugepages,
  LeaderRouting,
  LocalClientFleet,
  type LocalClientFleetProps,
  type LocalSettings,
  type LocalTls,
  LogTarget,
  type MetaPorts,
  MetaServiceHA,
  type MetaServiceHAProps,
  type MetaServicePorts,
  type MetaSettings,
  type MetaTls,
  type SharedTls,
  type SystemChart,
  type TlsSecret,
  Transport,
} from '../../lib';
import { COLD_PROBES, EVERY_HOT_PROP, EVERY_STORE_PROP } from './every-prop';
import { type Rendering, rendered } from './workloads';

export const META = {
  image: 'registry.example/memcache:1.0.0',
  runtimeImage: 'registry.example/runtime:0.1.0',
};

export const FLEET = { image: 'registry.example/client:1.0.0', transport: Transport.hostTcp() };

type EmbeddedMetaProps = Extract<MetaServiceHAProps, { readonly election: 'embedded' }>;
export type ElectedMetaProps = Exclude<MetaServiceHAProps, EmbeddedMetaProps>;
type EveryNodeProps = Extract<LocalClientFleetProps, { readonly placement: 'every-node' }>;
type ReplicasProps = Exclude<LocalClientFleetProps, EveryNodeProps>;

export type FleetProps = Partial<Omit<ReplicasProps, 'meta'>>;

export function meta(props: Partial<ElectedMetaProps> = {}): Rendering {
  return rendered((chart) => new MetaServiceHA(chart, 'meta', { ...META, ...props }));
}

export function embeddedMeta(props: Partial<EmbeddedMetaProps> = {}): Rendering {
  return rendered((chart) => new MetaServiceHA(chart, 'meta', { ...META, ...props, election: 'embedded' }));
}

/** A fleet of replicas and its MetaService. */
export function fleet(props: FleetProps = {}, metaProps: Partial<ElectedMetaProps> = {}): Rendering {
  return rendered((chart) => addFleet(chart, props, metaProps));
}

/** A client on every node, and its MetaService. */
export function everyNode(props: Partial<Omit<EveryNodeProps, 'meta' | 'placement'>> = {}): Rendering {
  return rendered((chart) => {
    const service = new MetaServiceHA(chart, 'meta', META);
    new LocalClientFleet(chart, 'clients', { ...FLEET, ...props, meta: service, placement: 'every-node' });
  });
}

export function addFleet(
  chart: SystemChart,
  props: FleetProps,
  metaProps: Partial<ElectedMetaProps> = {},
): LocalClientFleet {
  const service = new MetaServiceHA(chart, 'meta', { ...META, ...metaProps });
  return new LocalClientFleet(chart, 'clients', { ...FLEET, ...props, meta: service });
}

const NPU: Required<HostDevicesProps> = { count: 2, ascend: '/opt/Ascend', npuSmi: '/opt/bin/npu-smi' };

const PORTS: Required<MetaPorts> = { meta: 15_123, config: 16_123, metrics: 18_000 };
const SERVICE_PORTS: Required<MetaServicePorts> = { meta: 28_080, config: 28_090 };

/** All of the newest release. */
const META_SETTINGS: Required<Omit<MetaSettings, 'tls' | 'configStoreTls' | 'metricsTls' | 'ubsIo'>> = {
  logLevel: 'debug',
  logRotationFileSize: Size.mebibytes(10),
  logRotationFileCount: 5,
  evictThresholdHigh: 85,
  evictThresholdLow: 70,
  defragEvictThreshold: 60,
  evictCheckInterval: Duration.seconds(2),
  evictYieldInterval: 1000,
  evictYieldMicroseconds: 50,
  lruType: 'sharded_lru',
  lruShardCount: 32,
  readLease: Duration.seconds(5),
  metricsReportInterval: Duration.minutes(1),
  storageMetadata: 'separated',
  storagePrefetch: true,
  storagePendingWait: Duration.seconds(1),
  storageFlushBatch: 64,
  storageFlushInterval: Duration.millis(500),
};

const LOCAL_SETTINGS: Required<Omit<LocalSettings, 'tls' | 'configStoreTls' | 'hcomTls' | 'ubsIo'>> = {
  worldSize: 16,
  dramSize: Size.gibibytes(2),
  hbmSize: Size.gibibytes(1),
  maxDramSize: Size.gibibytes(4),
  maxHbmSize: Size.gibibytes(2),
  clientRetry: Duration.seconds(120),
  clientTimeout: Duration.seconds(20),
  readThreadPoolSize: 8,
  writeThreadPoolSize: 2,
  aggregateIo: false,
  aggregateNum: 64,
  batchChunkSize: Size.mebibytes(4),
  batchChunkCount: 5,
  logLevel: 'warn',
};

const PEER_SECRET: Required<TlsSecret> = {
  secretName: 'peer-tls',
  crl: true,
  keyPass: true,
  decrypterPath: '/opt/libdecrypt.so',
};

const SHARED_TLS: Required<SharedTls> = {
  meta: { ...PEER_SECRET, secretName: 'memcache-tls' },
  configStore: { ...PEER_SECRET, secretName: 'store-tls' },
  openssl: '/opt/openssl/lib64',
};
const META_TLS: Required<MetaTls> = {
  ...SHARED_TLS,
  metrics: { ...PEER_SECRET, secretName: 'metrics-tls' },
};
const LOCAL_TLS: Required<LocalTls> = { ...SHARED_TLS, hcom: PEER_SECRET };

/** What every pod can be told, of MemCache's as of others. */
const POD = {
  imagePullPolicy: EVERY_STORE_PROP.imagePullPolicy,
  resources: EVERY_STORE_PROP.resources,
  fsGroup: EVERY_STORE_PROP.fsGroup,
  hostNetwork: EVERY_STORE_PROP.hostNetwork,
  nodeSelector: EVERY_STORE_PROP.nodeSelector,
  nodeAffinity: EVERY_STORE_PROP.nodeAffinity,
  tolerations: EVERY_STORE_PROP.tolerations,
  priorityClassName: EVERY_STORE_PROP.priorityClassName,
  imagePullSecrets: EVERY_STORE_PROP.imagePullSecrets,
  podAnnotations: EVERY_STORE_PROP.podAnnotations,
  podLabels: EVERY_STORE_PROP.podLabels,
  runtimeClassName: EVERY_STORE_PROP.runtimeClassName,
  fsGroupChangePolicy: EVERY_STORE_PROP.fsGroupChangePolicy,
  supplementalGroups: EVERY_STORE_PROP.supplementalGroups,
  sysctls: EVERY_STORE_PROP.sysctls,
};

const EVERY_COMMON_META_PROP = {
  ...META,
  ...POD,
  release: '1.3' as const,
  security: ContainerSecurity.root({ capabilities: ['SYS_NICE'], writableRoot: true }),
  spread: EVERY_STORE_PROP.spread,
  replicas: 3,
  name: 'meta',
  serviceName: 'meta-members',
  leaderServiceName: 'meta-leader',
  names: EVERY_HOT_PROP.names,
  selector: { app: 'meta' },
  role: EVERY_HOT_PROP.role,
  ports: PORTS,
  servicePorts: SERVICE_PORTS,
  settings: META_SETTINGS,
  tls: META_TLS,
  npu: AscendNpu.hostDevices(NPU),
  logs: LogTarget.claim(new ClaimTemplate('log', { size: Size.gibibytes(1) })),
  command: ['/opt/mmc_meta_service', '--verbose'],
  env: EVERY_STORE_PROP.env,
  stopTimeout: Duration.seconds(20),
  terminationGracePeriod: Duration.seconds(45),
  budget: Budget.maxUnavailable(1),
};

/** Elected by the runtime. */
export const EVERY_META_PROP: Required<ElectedMetaProps> = {
  ...EVERY_COMMON_META_PROP,
  election: ElectionTiming.patient,
  apiOutage: EVERY_HOT_PROP.apiOutage,
  routing: LeaderRouting.label(),
  startTimeout: Duration.minutes(5),
  probes: COLD_PROBES,
  electorPort: 9480,
  electorResources: EVERY_HOT_PROP.electorResources,
  admissionPolicy: true,
};

/** Elected by MemCache itself. */
export const EVERY_EMBEDDED_META_PROP: Required<EmbeddedMetaProps> = {
  ...EVERY_COMMON_META_PROP,
  election: 'embedded',
  routing: LeaderRouting.label(),
};

const EVERY_COMMON_FLEET_PROP = {
  ...FLEET,
  ...POD,
  command: EVERY_STORE_PROP.command,
  args: EVERY_STORE_PROP.args,
  workingDir: EVERY_STORE_PROP.workingDir,
  serviceAccountName: EVERY_STORE_PROP.serviceAccountName,
  automountServiceAccountToken: EVERY_STORE_PROP.automountServiceAccountToken,
  shareProcessNamespace: EVERY_STORE_PROP.shareProcessNamespace,
  env: EVERY_STORE_PROP.env,
  probes: EVERY_STORE_PROP.probes,
  lifecycle: EVERY_STORE_PROP.lifecycle,
  terminationGracePeriod: Duration.seconds(45),
  name: 'local',
  selector: { app: 'local' },
  settings: LOCAL_SETTINGS,
  tls: LOCAL_TLS,
  hugepages: Hugepages.of1Gi(Size.gibibytes(4)),
  npu: AscendNpu.hostDevices(NPU),
  hcomPort: 17_000,
  waitTimeout: Duration.minutes(1),
  security: ContainerSecurity.restricted({ user: 1000 }),
};

/** A fixed number of clients, for a MetaService with all that it can be told. */
export const EVERY_FLEET_PROP: Required<Omit<ReplicasProps, 'meta'>> = {
  ...EVERY_COMMON_FLEET_PROP,
  placement: 'replicas',
  replicas: 4,
  serviceName: 'local-members',
  budget: Budget.none(),
  spread: EVERY_STORE_PROP.spread,
};

/** A client on every node, for a MetaService with all that it can be told. */
export const EVERY_DAEMON_PROP: Required<Omit<EveryNodeProps, 'meta'>> = {
  ...EVERY_COMMON_FLEET_PROP,
  placement: 'every-node',
};

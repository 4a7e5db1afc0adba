/** Props of which none is missing: a new one does not compile until a test sets it. */
import { Duration, Size } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-27';
import {
  ApiOutage,
  type AskPeersProps,
  AppCheck,
  Budget,
  type ClaimRetention,
  ClaimTemplate,
  type ClaimTemplateProps,
  type ClientServiceProps,
  type ColdStandbyProbes,
  type ColdStandbyProps,
  type ContainerPort,
  type ContainerProps,
  ContainerSecurity,
  type ElectionNames,
  ElectionTiming,
  type EmbeddedElectionProps,
  type HotStandbyProps,
  type HttpHook,
  type HttpProbe,
  type LeaderServiceProps,
  LeaderRouting,
  type Mount,
  PodVolume,
  Probe,
  type Probes,
  type RoleLabel,
  type RollingUpdate,
  type RuntimeElectionProps,
  type Spread,
  Standby,
  type StatefulStoreProps,
  fromField,
  fromSecret,
} from '../../lib';

const CLAIM: Required<ClaimTemplateProps> = {
  size: Size.gibibytes(10),
  storageClassName: 'fast',
  accessModes: ['ReadWriteOncePod'],
  volumeMode: 'Filesystem',
  matchLabels: { tier: 'fast' },
};

const MOUNT: Required<Omit<Mount, 'subPathExpr'>> = {
  volume: new ClaimTemplate('data', CLAIM),
  path: '/data',
  readOnly: false,
  subPath: 'db',
  propagation: 'HostToContainer',
};

export const PORT: Required<ContainerPort> = { name: 'db', port: 5432, protocol: 'TCP' };

const STARTUP: Required<HttpProbe> = {
  port: 8080,
  path: '/started',
  scheme: 'HTTPS',
  host: 'db.example',
  headers: { 'X-Probe': 'kubelet' },
  initialDelay: Duration.seconds(1),
  period: Duration.seconds(2),
  timeout: Duration.seconds(3),
  successThreshold: 1,
  failureThreshold: 30,
  terminationGracePeriod: Duration.seconds(5),
};

const PROBES: Required<Probes> = {
  startup: Probe.http(STARTUP),
  liveness: Probe.exec({ command: ['/bin/true'] }),
  readiness: Probe.tcp({ port: 5432, successThreshold: 2 }),
};

const CLIENT_SERVICE: Required<ClientServiceProps> = {
  name: 'db',
  ports: [{ name: 'sql', port: 15432, target: PORT }],
  type: 'LoadBalancer',
  annotations: { 'example.com/pool': 'internal' },
};

const RETENTION: Required<ClaimRetention> = { whenDeleted: 'Delete', whenScaled: 'Delete' };
const SPREAD: Required<Spread> = { host: 'required', zone: 'required', by: 'antiAffinity' };
const UPDATE: Required<RollingUpdate> = { partition: 2 };

const NODE_AFFINITY: k8s.NodeAffinity = {
  requiredDuringSchedulingIgnoredDuringExecution: {
    nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] }],
  },
};

/** A container with all that one can be told. */
export const EVERY_CONTAINER_PROP: Required<ContainerProps> = {
  name: 'server',
  image: 'registry.example/db:1.2.3',
  imagePullPolicy: 'Always',
  command: ['/db'],
  args: ['--verbose'],
  workingDir: '/work',
  env: { MODE: 'primary', NODE: fromField('spec.nodeName'), DB_PASSWORD: fromSecret('db', 'password') },
  ports: [PORT],
  resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '2', memory: '2Gi' } },
  probes: PROBES,
  lifecycle: { preStop: { exec: { command: ['/bin/sync'] } } },
  mounts: [MOUNT, { volume: PodVolume.secret('tls', 'db-tls'), path: '/tls', readOnly: true }],
  security: ContainerSecurity.restricted({ user: 999, writableRoot: true }),
};

export const EVERY_STORE_PROP: Required<StatefulStoreProps> = {
  ...EVERY_CONTAINER_PROP,
  name: 'store',
  containerName: 'server',
  replicas: 3,
  quorum: true,
  application: 'example-db',
  component: 'member',
  selector: { app: 'db' },
  serviceName: 'db-members',
  publishNotReadyAddresses: false,
  clientService: CLIENT_SERVICE,
  clusterDomain: 'cluster.example',
  podManagement: 'Parallel',
  update: UPDATE,
  minReady: Duration.seconds(10),
  revisionHistoryLimit: 3,
  firstOrdinal: 1,
  budget: Budget.minAvailable(2),
  claimRetention: RETENTION,
  wave: 'clients',
  initContainers: [{ name: 'prepare', image: 'registry.example/tools:1.0.0', command: ['/prepare'] }],
  sidecars: [{ name: 'backup', image: 'registry.example/backup:1.0.0', command: ['/backup'] }],
  hostNetwork: true,
  spread: SPREAD,
  nodeSelector: { 'kubernetes.io/arch': 'arm64' },
  nodeAffinity: NODE_AFFINITY,
  tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'db', effect: 'NoSchedule' }],
  priorityClassName: 'databases',
  imagePullSecrets: ['registry-credentials'],
  runtimeClassName: 'kata',
  terminationGracePeriod: Duration.seconds(45),
  serviceAccountName: 'db',
  automountServiceAccountToken: true,
  fsGroup: 999,
  fsGroupChangePolicy: 'Always',
  supplementalGroups: [2000],
  sysctls: { 'net.ipv4.tcp_syncookies': '1' },
  shareProcessNamespace: true,
  podAnnotations: { 'example.com/owner': 'team-db' },
  podLabels: { tier: 'data' },
};

const NAMES: Required<ElectionNames> = {
  lease: 'the-lease',
  slice: 'the-slice',
  serviceAccount: 'the-account',
  role: 'the-role',
  roleBinding: 'the-binding',
};

const ROLE: Required<RoleLabel> = { key: 'example.com/part', leader: 'primary', standby: 'replica' };

const LEADER_SERVICE: Required<LeaderServiceProps> = {
  name: 'db-leader',
  ports: [{ name: 'sql', port: 15432, target: PORT }],
  ipFamilies: ['IPv6', 'IPv4'],
};

const ON_PROMOTE: Required<HttpHook> = { port: PORT.port, path: '/promote', address: 'pod' };

const HOT_STANDBY: Required<HotStandbyProps> = {
  check: AppCheck.tcp(PORT),
  onPromote: ON_PROMOTE,
  onDemote: { port: 5433, path: '/demote' },
};

export const COLD_PROBES: Required<ColdStandbyProbes> = {
  startup: { period: Duration.seconds(1), timeout: Duration.seconds(3) },
  liveness: { period: Duration.seconds(10), timeout: Duration.seconds(4), failureThreshold: 4 },
  readiness: { period: Duration.seconds(3), timeout: Duration.seconds(2), failureThreshold: 2 },
};

const ASK_PEERS: Required<AskPeersProps> = {
  key: fromSecret('app-peers', 'key'),
  atMost: Duration.minutes(10),
};

const COLD_STANDBY: Required<ColdStandbyProps> = {
  check: AppCheck.http(PORT, '/health'),
  startTimeout: Duration.seconds(90),
  probes: COLD_PROBES,
  stopSignal: 'SIGKILL',
};

const {
  quorum,
  podManagement,
  probes,
  clientService,
  serviceAccountName,
  automountServiceAccountToken,
  ...MEMBERS
} = EVERY_STORE_PROP;

const ELECTED = {
  ...MEMBERS,
  leaderService: LEADER_SERVICE,
  runtimeImage: 'registry.example/runtime:0.1.0',
  names: NAMES,
  role: ROLE,
  stopTimeout: Duration.seconds(20),
};

/** Elected by the runtime, with standbys whose application runs. */
export const EVERY_HOT_PROP: Required<RuntimeElectionProps> = {
  ...ELECTED,
  probes,
  election: ElectionTiming.patient,
  apiOutage: ApiOutage.askPeers(ASK_PEERS),
  standby: Standby.hot(HOT_STANDBY),
  routing: LeaderRouting.endpointSlice(),
  electorPort: 9480,
  electorResources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '100m', memory: '128Mi' } },
  admissionPolicy: true,
};

/** Elected by the runtime, with standbys whose application does not run, nor is probed. */
export const EVERY_COLD_PROP: Required<Omit<RuntimeElectionProps, 'probes'>> = {
  ...ELECTED,
  shareProcessNamespace: false,
  // A fast election needs a fence that is never late.
  resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '2500m', memory: '2Gi' } },
  election: ElectionTiming.fast,
  apiOutage: ApiOutage.stop(),
  standby: Standby.cold(COLD_STANDBY),
  routing: LeaderRouting.label(),
  electorPort: 9480,
  electorResources: EVERY_HOT_PROP.electorResources,
  admissionPolicy: true,
};

/** Elected by the image itself. */
export const EVERY_EMBEDDED_PROP: Required<EmbeddedElectionProps> = {
  ...ELECTED,
  probes,
  election: 'embedded',
  leaseDuration: Duration.seconds(15),
  routing: LeaderRouting.label(),
};

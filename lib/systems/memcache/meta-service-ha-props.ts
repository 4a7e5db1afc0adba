/** What a `MetaServiceHA` can be told. The names are the reference deployment's unless set. */
import type { Duration } from 'cdk8s';
import type { ElectionTiming } from '../../leader/election-timing';
import type { ElectionNames, RuntimeElectionProps } from '../../leader/leader-elected-service-props';
import type { LabelRouting, LeaderRouting, RoleLabel } from '../../leader/leader-routing';
import type { ColdStandbyProbes } from '../../leader/standby';
import type { Budget } from '../../workload/budget';
import type { PodProps } from '../../workload/pod-props';
import type { AscendNpu } from './ascend-npu';
import type { LogTarget } from './log-target';
import type { MetaSettings } from './meta-settings';
import type { MemCacheRelease } from './releases';
import type { SharedTls, TlsSecret } from './tls-secrets';

/** What a pod can be told, but for what this construct decides. */
type PodOptions = Omit<
  PodProps,
  | 'name'
  | 'args'
  | 'workingDir'
  | 'ports'
  | 'probes'
  | 'lifecycle'
  | 'mounts'
  | 'initContainers'
  | 'sidecars'
  | 'serviceAccountName'
  | 'automountServiceAccountToken'
  | 'shareProcessNamespace'
>;

interface CommonProps extends PodOptions {
  /** MemCache's image, with a shell; with bash if `npu` is set. With a tag that does not move, or a digest. */
  readonly image: string;

  /**
   * Release of MemCache that the image holds. The clients run the same.
   * @default '1.3'
   */
  readonly release?: MemCacheRelease;

  /** Image of the election runtime. */
  readonly runtimeImage: string;

  /**
   * Members: one leads, the others stand by. At least 2.
   * @default 2
   */
  readonly replicas?: number;

  /** Name of the StatefulSet. @default 'meta-service-pod' */
  readonly name?: string;

  /** Name of the headless Service. @default 'meta-service' */
  readonly serviceName?: string;

  /** Name of the Service that leads to the leader. @default 'service-cluster-ip-memcache' */
  readonly leaderServiceName?: string;

  /**
   * Names of Lease, slice, account and role.
   * @default - lease-memcache, account-memcache, role-memcache, role-binding-memcache
   */
  readonly names?: ElectionNames;

  /** Labels by which the pods are found. @default - app=meta-service */
  readonly selector?: Readonly<Record<string, string>>;

  /** @default - role=master and role=backup */
  readonly role?: RoleLabel;

  /** What the members listen on, 1025 to 65535. @default - 5123, 6123 and 8000 */
  readonly ports?: MetaPorts;

  /** What clients connect to on the Service, 1025 to 65535. @default - 18080 and 18090 */
  readonly servicePorts?: MetaServicePorts;

  /** `mmc-meta.conf`. @default - MemCache's defaults */
  readonly settings?: Omit<MetaSettings, 'tls' | 'configStoreTls' | 'metricsTls'>;

  /** TLS, from existing Secrets. The clients need it too. @default - none */
  readonly tls?: MetaTls;

  /**
   * NPU software for the program, and with it its environment.
   * @default - none: the image has all that the program loads
   */
  readonly npu?: AscendNpu;

  /** @default LogTarget.stdout() */
  readonly logs?: LogTarget;

  /**
   * Program and arguments.
   * @default - `mmc_meta_service` where its installer puts it
   */
  readonly command?: readonly string[];

  /** Environment beyond what the construct sets. @default - none */
  readonly env?: PodProps['env'];

  /**
   * The longest that the program takes to stop, whole seconds. Elected by the runtime it is ended by SIGKILL.
   * @default 1 s; 10 s after SIGTERM with an election of its own
   */
  readonly stopTimeout?: Duration;

  /** From SIGTERM to SIGKILL for the whole pod, whole seconds. @default - stopTimeout + 5 s */
  readonly terminationGracePeriod?: Duration;

  /** What a drain may take away at once. @default Budget.oneAtATime() */
  readonly budget?: Budget;
}

/** Elected by the runtime: MemCache runs on the master only. */
interface RuntimeElection {
  /**
   * How long a lead lasts. The shorter its times, the more CPU a limit in `resources` must allow: at least 2500m with
   * `ElectionTiming.fast`, 938m with `default`, 157m with `patient`; none is best.
   * @default ElectionTiming.default
   */
  readonly election?: ElectionTiming;

  /** While the API server is away for longer than the deadline. @default ApiOutage.stop() */
  readonly apiOutage?: RuntimeElectionProps['apiOutage'];

  /** How the Service follows the master. @default LeaderRouting.endpointSlice() */
  readonly routing?: LeaderRouting;

  /**
   * A master that has not answered for this long after its start is stopped, and another member leads.
   * @default 120 s
   */
  readonly startTimeout?: Duration;

  /**
   * When the kubelet's probes of the program run, and how many results decide.
   * @default - those of `ColdStandbyProbes`
   */
  readonly probes?: ColdStandbyProbes;

  /** Where the elector answers, on the pod's address. @default 8480 */
  readonly electorPort?: RuntimeElectionProps['electorPort'];

  /** @default - 50m CPU and 96Mi, up to 192Mi */
  readonly electorResources?: RuntimeElectionProps['electorResources'];

  /**
   * Whether admission policies hold the members' account to what an election does, where RBAC cannot. Needs Kubernetes
   * 1.30 or newer.
   * @default false
   */
  readonly admissionPolicy?: RuntimeElectionProps['admissionPolicy'];
}

/**
 * Elected by MemCache itself: every member's server runs and listens, a label tells the master, and a demoted one is not
 * stopped.
 */
interface EmbeddedElection {
  readonly election: 'embedded';

  /** MemCache's own election labels its pod and writes no EndpointSlice. @default LeaderRouting.label() */
  readonly routing?: LabelRouting;
}

/** Elected by the runtime. */
export type ElectedMetaProps = CommonProps & RuntimeElection;

/** Elected by MemCache itself. */
export type EmbeddedMetaProps = CommonProps & EmbeddedElection;

export type MetaServiceHAProps = ElectedMetaProps | EmbeddedMetaProps;

export interface MetaPorts {
  /** MetaService. @default 5123 */
  readonly meta?: number;

  /** Configuration store. @default 6123 */
  readonly config?: number;

  /** Health and metrics, HTTP. @default 8000 */
  readonly metrics?: number;
}

export interface MetaServicePorts {
  /** @default 18080 */
  readonly meta?: number;

  /** @default 18090 */
  readonly config?: number;
}

export interface MetaTls extends SharedTls {
  /**
   * Of health and metrics, from release 1.2. Whoever asks shows a certificate too, which neither the elector nor the
   * kubelet does: they only look whether the port takes connections.
   * @default - none
   */
  readonly metrics?: TlsSecret;
}

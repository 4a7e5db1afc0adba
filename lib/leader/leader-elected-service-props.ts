/** What a `LeaderElectedService` can be told. */
import type { Duration } from 'cdk8s';
import type { Resources } from '../workload/container';
import type { Probes } from '../workload/probe';
import type { ServicePort } from '../workload/service';
import type { StatefulStoreProps } from '../workload/stateful-store-props';
import type { ApiOutage } from './api-outage';
import type { ElectionTiming } from './election-timing';
import type { EndpointSliceRouting, LabelRouting, RoleLabel } from './leader-routing';
import type { Standby } from './standby';

/** Names of the objects of the election. */
export interface ElectionNames {
  /** The Lease, made by the runtime and never rendered. @default - the service's name */
  readonly lease?: string;

  /**
   * The leader Service's EndpointSlice, made by the runtime and never rendered. That of a second address family has
   * `-ipv4` or `-ipv6` after it.
   * @default - SERVICE-leader
   */
  readonly slice?: string;

  /** @default - the service's name */
  readonly serviceAccount?: string;

  /** @default - the service's name */
  readonly role?: string;

  /** @default - the service's name */
  readonly roleBinding?: string;
}

/** A family of addresses. */
export type IpFamily = 'IPv4' | 'IPv6';

/** The Service that leads to the leader. */
export interface LeaderServiceProps {
  /** A DNS label that starts with a letter. */
  readonly name: string;

  /** At least one. */
  readonly ports: readonly ServicePort[];

  /**
   * Families of its addresses, the main one first: one or both. With both it has an address of each, and an EndpointSlice
   * of each; a cluster that is not dual-stack refuses it. Kubernetes: `ipFamilies`, `ipFamilyPolicy`.
   * @default - the cluster's main one
   */
  readonly ipFamilies?: readonly IpFamily[];
}

type MemberProps = Omit<
  StatefulStoreProps,
  | 'quorum'
  | 'podManagement'
  | 'probes'
  | 'clientService'
  | 'serviceAccountName'
  | 'automountServiceAccountToken'
>;

interface CommonProps extends MemberProps {
  /** Members, at least 2: one leads, the others stand by. */
  readonly replicas: number;

  readonly leaderService: LeaderServiceProps;

  /**
   * Image of the election runtime: elector, and `ensure-lease` for an image that elects by itself.
   */
  readonly runtimeImage: string;

  /** @default - the service's name for all, SERVICE-leader for the slice */
  readonly names?: ElectionNames;

  /** @default - role=master and role=backup */
  readonly role?: RoleLabel;

  /**
   * The longest that the application takes to stop after SIGTERM, whole seconds. `terminationGracePeriod` must leave the
   * runtime 2 s more to release the Lease, or every planned hand-over waits for the Lease to expire.
   * @default 10 s
   */
  readonly stopTimeout?: Duration;

  /**
   * From SIGTERM to SIGKILL for the whole pod, whole seconds.
   * @default - stopTimeout + 5 s
   */
  readonly terminationGracePeriod?: Duration;
}

/** Elected by the runtime. */
export interface RuntimeElectionProps extends CommonProps {
  /**
   * How long a lead lasts. With a cold standby, the less time it leaves between the end of a leader's application and the
   * next lead, the more CPU a limit in `resources` must allow.
   * @default ElectionTiming.default
   */
  readonly election?: ElectionTiming;

  /**
   * What the application is promised, and what it may not exceed. With a cold standby the gate shares its container's CPU
   * limit, and a small one would let its fence come too late: at least 2500m with `ElectionTiming.fast`, 938m with
   * `default`, 157m with `patient`; none is best. Memory is not concerned, nor are hot standbys.
   * @default - none: the pod is the first to be evicted
   */
  readonly resources?: Resources;

  /**
   * What a leader does while the API server is away for longer than its deadline.
   * @default ApiOutage.stop()
   */
  readonly apiOutage?: ApiOutage;

  /** Whether the application runs on the leader only, and how it is asked whether it serves. */
  readonly standby: Standby;

  /** @default LeaderRouting.endpointSlice() */
  readonly routing?: EndpointSliceRouting | LabelRouting;

  /**
   * Probes of the application, with a hot standby. A cold standby's are asked through the elector; `Standby.cold` takes
   * their times.
   * @default - none
   */
  readonly probes?: Probes;

  /**
   * Where the elector answers, on the pod's address.
   * @default 8480
   */
  readonly electorPort?: number;

  /**
   * Small and without a CPU limit by default. For a `Guaranteed` pod set limits equal to requests here too.
   * @default - 50m CPU and 96Mi, up to 192Mi
   */
  readonly electorResources?: Resources;

  /**
   * Whether admission policies hold the members' account to what an election does, where RBAC cannot: to names of what it
   * creates, to the role label of pods, to its own pod as the leader. Whatever else uses the account is held to that too.
   * Needs Kubernetes 1.30 or newer, and whoever applies it the right to write cluster-scoped objects and to read pods. What
   * is guaranteed: lib/leader/admission-policy.ts.
   * Kubernetes: `ValidatingAdmissionPolicy`.
   * @default false
   */
  readonly admissionPolicy?: boolean;
}

/** Elected by the image itself, with all the faults that it may have; its Lease is created only if it is absent. */
export interface EmbeddedElectionProps extends CommonProps {
  readonly election: 'embedded';

  /**
   * Duration that the Lease is created with, whole seconds. Kubernetes: `leaseDurationSeconds`.
   * @default 10 s
   */
  readonly leaseDuration?: Duration;

  /** An image that elects by itself sets its label. @default LeaderRouting.label() */
  readonly routing?: LabelRouting;

  /** @default - none */
  readonly probes?: Probes;
}

export type LeaderElectedServiceProps = RuntimeElectionProps | EmbeddedElectionProps;

/** What every workload's pods can be told. */
import type { Duration } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-27';
import type { ContainerProps } from './container';
import type { Spread } from './spread';

/** The main container and what is set once a pod. */
export interface PodProps extends ContainerProps {
  /**
   * Containers that run one after another, each to its end, before all others.
   * @default - none
   */
  readonly initContainers?: readonly ContainerProps[];

  /**
   * Containers that run beside the main one: started before it, stopped after it. Kubernetes: native sidecars, that is
   * init containers with `restartPolicy: Always` (1.29 and later).
   * @default - none
   */
  readonly sidecars?: readonly ContainerProps[];

  /**
   * Uses the node's own network: every port is a port of the node, and only the Pod Security level `privileged` admits
   * it. Names of the cluster still resolve (`dnsPolicy: ClusterFirstWithHostNet`).
   * @default false
   */
  readonly hostNetwork?: boolean;

  /**
   * Keeps the pods of this workload apart.
   * @default - over nodes required, over zones preferred
   */
  readonly spread?: Spread;

  /**
   * Labels that a node must have.
   * @default - any node
   */
  readonly nodeSelector?: Readonly<Record<string, string>>;

  /**
   * What else a node must or should be like.
   * @default - nothing
   */
  readonly nodeAffinity?: k8s.NodeAffinity;

  /**
   * Taints that do not keep the pods away.
   * @default - Kubernetes' own two of 300 s
   */
  readonly tolerations?: readonly k8s.Toleration[];

  /**
   * Name of an existing PriorityClass.
   * @default - the cluster's default
   */
  readonly priorityClassName?: string;

  /**
   * Names of existing Secrets with registry credentials.
   * @default - none
   */
  readonly imagePullSecrets?: readonly string[];

  /** @default - the node's */
  readonly runtimeClassName?: string;

  /**
   * Time from SIGTERM to SIGKILL, whole seconds. Kubernetes: `terminationGracePeriodSeconds`.
   * @default 30 s
   */
  readonly terminationGracePeriod?: Duration;

  /**
   * Name of the ServiceAccount.
   * @default - the namespace's `default`
   */
  readonly serviceAccountName?: string;

  /**
   * Gives every container the account's credentials.
   * @default false
   */
  readonly automountServiceAccountToken?: boolean;

  /**
   * Group that owns the volumes' files.
   * @default - the volumes' own
   */
  readonly fsGroup?: number;

  /**
   * Whether ownership is set at each mount or only when the root differs.
   * @default 'OnRootMismatch', with `fsGroup`
   */
  readonly fsGroupChangePolicy?: 'Always' | 'OnRootMismatch';

  /** @default - none */
  readonly supplementalGroups?: readonly number[];

  /**
   * Kernel parameters of the pod's namespaces, by name.
   * @default - none
   */
  readonly sysctls?: Readonly<Record<string, string>>;

  /**
   * Whether the containers see each other's processes. A cold standby's pod may not: what its application leaves behind
   * would outlive the gate.
   * @default false
   */
  readonly shareProcessNamespace?: boolean;

  /** @default - none */
  readonly podAnnotations?: Readonly<Record<string, string>>;

  /**
   * Labels of the pods beyond the recommended ones and the selector.
   * @default - none
   */
  readonly podLabels?: Readonly<Record<string, string>>;
}

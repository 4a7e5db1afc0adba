/** What a `StatefulStore` can be told. */
import type { Duration } from 'cdk8s';
import type { Budget } from './budget';
import type { PodProps } from './pod-props';
import type { ServicePort } from './service';

export interface StatefulStoreProps extends Omit<PodProps, 'name'> {
  /**
   * Name of the StatefulSet; its pods are called `NAME-0` and on. It cannot be changed on a living store, since the
   * claims carry it. At most 52 characters.
   */
  readonly name: string;

  /**
   * Name of the main container.
   * @default - the store's name
   */
  readonly containerName?: string;

  /** Members, at least 1. With `quorum` odd and at least 3. */
  readonly replicas: number;

  /**
   * The members vote: a majority must stay. Checks the number of replicas and the budget for it.
   * @default false
   */
  readonly quorum?: boolean;

  /**
   * What runs, as its makers call it. Label `app.kubernetes.io/name`.
   * @default - the store's name
   */
  readonly application?: string;

  /**
   * Its part in the system. Label `app.kubernetes.io/component`.
   * @default - the store's name
   */
  readonly component?: string;

  /**
   * Labels by which the StatefulSet, its budget and its Services find the pods. Immutable on a living StatefulSet.
   * @default - `app.kubernetes.io/name` and `app.kubernetes.io/instance`
   */
  readonly selector?: Readonly<Record<string, string>>;

  /**
   * Name of the headless Service, which gives each pod its DNS name. Kubernetes: `serviceName`.
   * @default - the store's name
   */
  readonly serviceName?: string;

  /**
   * Resolves the names of pods that are not ready too: members must find each other before they can be.
   * @default true
   */
  readonly publishNotReadyAddresses?: boolean;

  /**
   * A Service that leads clients to any ready member.
   * @default - none
   */
  readonly clientService?: ClientServiceProps;

  /**
   * The cluster's DNS domain, for the names that this construct gives out.
   * @default 'cluster.local'
   */
  readonly clusterDomain?: string;

  /**
   * `OrderedReady` starts member N when N-1 is ready, and stops in the reverse order. `Parallel` starts and stops all at
   * once; updates go one by one either way. Kubernetes: `podManagementPolicy`.
   * @default 'OrderedReady'
   */
  readonly podManagement?: 'OrderedReady' | 'Parallel';

  /**
   * How a changed template reaches the pods.
   * @default - one by one, from the highest ordinal down
   */
  readonly update?: RollingUpdate | 'OnDelete';

  /**
   * How long a pod must be ready before the next one is updated, whole seconds. Kubernetes: `minReadySeconds`.
   * @default 0 s
   */
  readonly minReady?: Duration;

  /**
   * Template revisions kept for a roll-back.
   * @default 10
   */
  readonly revisionHistoryLimit?: number;

  /**
   * Ordinal of the first member. Kubernetes: `ordinals.start`.
   * @default 0
   */
  readonly firstOrdinal?: number;

  /**
   * What a drain or an upgrade may take away at once.
   * @default Budget.oneAtATime()
   */
  readonly budget?: Budget;

  /**
   * What happens to the claims. Deleting them is deleting the data, on a scale-in or with the store.
   * @default - both are retained
   */
  readonly claimRetention?: ClaimRetention;

  /**
   * Argo CD applies the pods in the wave of data, or of clients after it.
   * @default 'data'
   */
  readonly wave?: 'data' | 'clients';
}

export interface ClientServiceProps {
  /** A DNS label that starts with a letter. */
  readonly name: string;

  /**
   * Its ports.
   * @default - the container's, under the same names and numbers
   */
  readonly ports?: readonly ServicePort[];

  /** @default 'ClusterIP' */
  readonly type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer';

  /** @default - none */
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface RollingUpdate {
  /**
   * Only pods of this ordinal and above are updated: a canary. 0 updates all, `replicas` none. Kubernetes:
   * `rollingUpdate.partition`.
   */
  readonly partition: number;
}

export interface ClaimRetention {
  /**
   * When the StatefulSet is deleted.
   * @default 'Retain'
   */
  readonly whenDeleted?: 'Retain' | 'Delete';

  /**
   * When the number of replicas is lowered.
   * @default 'Retain'
   */
  readonly whenScaled?: 'Retain' | 'Delete';
}

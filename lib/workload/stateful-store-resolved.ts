/** The defaults of a `StatefulStore`, and what follows from its props before anything is built. */
import { instanceLabels } from '../kube/labels';
import type { Resolved, With } from '../kube/resolved';
import { Budget } from './budget';
import { ClaimTemplate } from './claim-template';
import { type Pod, mountedOf, resolvePod } from './pod';
import type { PodProps } from './pod-props';
import { type ServicePort, samePorts } from './service';
import type { ClaimRetention, ClientServiceProps, StatefulStoreProps } from './stateful-store-props';

/** A store with its defaults; its pod stands apart. */
export type Store = With<
  Resolved<StoreProps, Exclude<keyof StoreProps, 'update' | 'minReady' | 'revisionHistoryLimit'>>,
  {
    clientService: Required<ClientServiceProps> | undefined;
    claimRetention: Required<ClaimRetention>;
    pod: Pod;

    /** Of the headless Service. */
    servicePorts: readonly ServicePort[];
  }
>;

/** What is said of the store and not of its pods. */
type StoreProps = Omit<StatefulStoreProps, Exclude<keyof PodProps, 'name'>>;

/** What a store and its members are called, and known by. */
export type Identity = Pick<
  Store,
  | 'name'
  | 'application'
  | 'component'
  | 'selector'
  | 'serviceName'
  | 'clusterDomain'
  | 'replicas'
  | 'firstOrdinal'
>;

export function resolveIdentity(props: Omit<StatefulStoreProps, 'image'>): Identity {
  const { name, application = name, component = name, serviceName = name, replicas } = props;
  const { selector = instanceLabels(application, name) } = props;
  const { clusterDomain = 'cluster.local', firstOrdinal = 0 } = props;
  return {
    name,
    application,
    component,
    selector,
    serviceName,
    clusterDomain,
    replicas,
    firstOrdinal,
  };
}

export function resolveStore(props: StatefulStoreProps): Store {
  const { containerName = props.name, quorum = false, publishNotReadyAddresses = true } = props;
  const { podManagement = 'OrderedReady', update, minReady, revisionHistoryLimit } = props;
  const { budget = Budget.oneAtATime(), claimRetention = {}, wave = 'data', clientService } = props;
  const pod = resolvePod({ ...props, name: containerName });
  const servicePorts = samePorts(pod.ports);
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = claimRetention;
  return {
    ...resolveIdentity(props),
    containerName,
    quorum,
    publishNotReadyAddresses,
    clientService: clientService && resolveClientService(clientService, servicePorts),
    podManagement,
    update,
    minReady,
    revisionHistoryLimit,
    budget,
    claimRetention: { whenDeleted, whenScaled },
    wave,
    pod,
    servicePorts,
  };
}

function resolveClientService(
  { name, ports, type = 'ClusterIP', annotations = {} }: ClientServiceProps,
  servicePorts: readonly ServicePort[],
): Required<ClientServiceProps> {
  return { name, ports: ports ?? servicePorts, type, annotations };
}

/** Names of the pods, by ordinal; none of a number that is refused. */
export function podNamesOf({ name, replicas, firstOrdinal }: Identity): string[] {
  const length = Number.isSafeInteger(replicas) ? replicas : 0;
  return Array.from({ length }, (_, index) => `${name}-${firstOrdinal + index}`);
}

/** DNS name of the headless Service, which resolves in every namespace. */
export function serviceDnsNameOf({ serviceName, clusterDomain }: Identity, namespace: string): string {
  return `${serviceName}.${namespace}.svc.${clusterDomain}`;
}

/** The claim templates that any of its containers mounts, each once. */
export function claimsOf({ pod }: Store): ClaimTemplate[] {
  return mountedOf(pod).filter((volume) => volume instanceof ClaimTemplate);
}

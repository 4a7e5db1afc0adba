/** The defaults of a `StatefulStore`, and what follows from its props before anything is built. */
import { instanceLabels } from '../kube/labels';
import type { Resolved, With } from '../kube/resolved';
import { Budget } from './budget';
import { ClaimTemplate } from './claim-template';
import { type Pod, type PodProps, mountedOf, resolvePod } from './pod';
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

export function resolveStore(props: StatefulStoreProps): Store {
  const {
    name,
    containerName = name,
    replicas,
    quorum = false,
    application = name,
    component = name,
  } = props;
  const { selector = instanceLabels(application, name), serviceName = name } = props;
  const { publishNotReadyAddresses = true, clusterDomain = 'cluster.local', firstOrdinal = 0 } = props;
  const { podManagement = 'OrderedReady', update, minReady, revisionHistoryLimit } = props;
  const { budget = Budget.oneAtATime(), claimRetention = {}, wave = 'data', clientService } = props;
  const pod = resolvePod({ ...props, name: containerName });
  const servicePorts = samePorts(pod.ports);
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = claimRetention;
  return {
    name,
    containerName,
    replicas,
    quorum,
    application,
    component,
    selector,
    serviceName,
    publishNotReadyAddresses,
    clientService: clientService && resolveClientService(clientService, servicePorts),
    clusterDomain,
    podManagement,
    update,
    minReady,
    revisionHistoryLimit,
    firstOrdinal,
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
export function podNamesOf({ name, replicas, firstOrdinal }: Store): string[] {
  const length = Number.isSafeInteger(replicas) ? replicas : 0;
  return Array.from({ length }, (_, index) => `${name}-${firstOrdinal + index}`);
}

/** DNS name of the headless Service, which resolves in every namespace. */
export function serviceDnsNameOf(
  { serviceName, clusterDomain }: Pick<Store, 'serviceName' | 'clusterDomain'>,
  namespace: string,
): string {
  return `${serviceName}.${namespace}.svc.${clusterDomain}`;
}

/** The claim templates that any of its containers mounts, each once. */
export function claimsOf({ pod }: Store): ClaimTemplate[] {
  return mountedOf(pod, (volume) => volume instanceof ClaimTemplate);
}

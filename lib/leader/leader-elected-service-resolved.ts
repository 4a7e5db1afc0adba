/** The defaults of a `LeaderElectedService`, and what follows from its props before anything is built. */
import { Duration } from 'cdk8s';
import type { With } from '../kube/resolved';
import type { ContainerPort, Resources } from '../workload/container';
import {
  type Identity,
  podNamesOf,
  resolveIdentity,
  serviceDnsNameOf,
} from '../workload/stateful-store-resolved';
import { ApiOutage } from './api-outage';
import { ElectionTiming } from './election-timing';
import type {
  ElectionNames,
  EmbeddedElectionProps,
  IpFamily,
  LeaderElectedServiceProps,
  RuntimeElectionProps,
} from './leader-elected-service-props';
import { LeaderRouting, type RoleLabel } from './leader-routing';

/** What the runtime gets to release the Lease after the application's end, unless told otherwise. */
const USUAL_RELEASE_SECONDS = 5;

/** Where the elector answers unless told otherwise. */
export const DEFAULT_ELECTOR_PORT = 8480;

/** Small and without a CPU limit: an elector that is throttled renews late. */
export const ELECTOR_RESOURCES: Resources = {
  requests: { cpu: '50m', memory: '96Mi' },
  limits: { memory: '192Mi' },
};

interface Defaults {
  readonly names: Required<ElectionNames>;
  readonly role: Required<RoleLabel>;
  readonly stopTimeout: Duration;
  readonly terminationGracePeriod: Duration;
  readonly routing: LeaderRouting;

  /** Namespace of all its objects. */
  readonly namespace: string;

  /** What the members are called and known by, as the store that they are. */
  readonly store: Identity;

  /** Of the application. */
  readonly ports: readonly ContainerPort[];
}

/** A group that the runtime elects, with its defaults. */
export type Elected = With<
  RuntimeElectionProps,
  Defaults & {
    election: ElectionTiming;
    apiOutage: ApiOutage;
    electorPort: number;
    electorResources: Resources;
    admissionPolicy: boolean;
  }
>;

/** A group whose image elects, with its defaults. */
export type Embedded = With<EmbeddedElectionProps, Defaults & { leaseDuration: Duration }>;

export type Group = Elected | Embedded;

export function resolveGroup(props: LeaderElectedServiceProps, namespace: string): Group {
  const { name, leaderService, stopTimeout = Duration.seconds(10) } = props;
  const graceSeconds = Math.ceil(stopTimeout.toMilliseconds() / 1000) + USUAL_RELEASE_SECONDS;
  const common = {
    names: resolveNames(name, leaderService.name, props.names),
    role: resolveRole(props.role),
    stopTimeout,
    terminationGracePeriod: props.terminationGracePeriod ?? Duration.seconds(graceSeconds),
    namespace,
    store: resolveIdentity(props),
    ports: props.ports ?? [],
  };
  if (props.election === 'embedded') {
    const { leaseDuration = Duration.seconds(10) } = props;
    return { ...props, ...common, leaseDuration, routing: LeaderRouting.label() };
  }
  const {
    election = ElectionTiming.default,
    apiOutage = ApiOutage.stop(),
    electorPort = DEFAULT_ELECTOR_PORT,
  } = props;
  const { electorResources = ELECTOR_RESOURCES, admissionPolicy = false } = props;
  const { routing = LeaderRouting.endpointSlice() } = props;
  return {
    ...props,
    ...common,
    election,
    apiOutage,
    electorPort,
    electorResources,
    admissionPolicy,
    routing,
  };
}

function resolveNames(
  name: string,
  leaderService: string,
  names: ElectionNames = {},
): Required<ElectionNames> {
  const { lease = name, slice = sliceOf(leaderService), serviceAccount = name, role = name } = names;
  return { lease, slice, serviceAccount, role, roleBinding: names.roleBinding ?? name };
}

/** The slice's name unless told otherwise. */
export function sliceOf(leaderService: string): string {
  return `${leaderService}-leader`;
}

function resolveRole({
  key = 'role',
  leader = 'master',
  standby = 'backup',
}: RoleLabel = {}): Required<RoleLabel> {
  return { key, leader, standby };
}

/** Whether the application's image elects, and not the runtime. */
export function isEmbedded(group: Group): group is Embedded {
  return group.election === 'embedded';
}

/** Names of the members' pods, by ordinal. */
export function membersOf({ store }: Group): string[] {
  return podNamesOf(store);
}

/** DNS name of the members' headless Service. */
export function memberDomainOf({ store, namespace }: Group): string {
  return serviceDnsNameOf(store, namespace);
}

/** DNS name of the Service that leads to the leader. */
export function leaderDnsNameOf({ leaderService, store, namespace }: Group): string {
  return serviceDnsNameOf({ ...store, serviceName: leaderService.name }, namespace);
}

/** The leader Service's EndpointSlices, one for each address family; none with label routing. */
export function slicesOf({ routing, names, leaderService }: Group): { name: string; family?: IpFamily }[] {
  if (routing.kind === 'label') return [];
  const slices = leaderService.ipFamilies?.map((family, index) => ({
    name: sliceName(names.slice, family, index),
    family,
  }));
  return slices ?? [{ name: names.slice }];
}

/** The slice of one of the Service's address families. */
export function sliceName(name: string, family: IpFamily, index: number): string {
  return index === 0 ? name : `${name}-${family.toLowerCase()}`;
}

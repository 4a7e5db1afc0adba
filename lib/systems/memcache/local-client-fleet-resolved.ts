/** The defaults of a `LocalClientFleet`, and what its transport decides. */
import { Duration } from 'cdk8s';
import type { With } from '../../kube/resolved';
import type { Resources } from '../../workload/container';
import type { ContainerSecurity } from '../../workload/security';
import type {
  EveryNodeFleetProps,
  LocalClientFleetProps,
  LocalTls,
  ReplicasFleetProps,
} from './local-client-fleet-props';
import { TOKENS } from './program';
import { traitsOf } from './releases';

const DEFAULT_RESOURCES: Resources = {
  requests: { cpu: '1', memory: '2Gi' },
  limits: { memory: '4Gi' },
};

interface Defaults {
  readonly name: string;

  /** Name of the ConfigMap, before the hash. */
  readonly configMapName: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly settings: NonNullable<LocalClientFleetProps['settings']>;
  readonly tls: LocalTls;
  readonly hcomPort: number;
  readonly waitTimeout: Duration;
  readonly resources: Resources;
}

/** A fixed number of clients, with the defaults. */
export type ReplicasFleet = With<
  ReplicasFleetProps,
  Defaults & { placement: 'replicas'; replicas: number; serviceName: string }
>;

/** A client on every node, with the defaults. */
export type EveryNodeFleet = With<EveryNodeFleetProps, Defaults>;

export type Fleet = ReplicasFleet | EveryNodeFleet;

export function resolveFleet(props: LocalClientFleetProps): Fleet {
  const { name = 'local-service-pod', selector = { app: 'local-service' }, settings = {}, tls = {} } = props;
  const { hcomPort = 7000, waitTimeout = Duration.minutes(5), resources = DEFAULT_RESOURCES } = props;
  const configMapName = `${props.name ?? 'local-service'}-config`;
  const defaults = { name, configMapName, selector, settings, tls, hcomPort, waitTimeout, resources };
  if (props.placement === 'every-node') return { ...props, ...defaults };
  const { replicas = 2, serviceName = 'local-service' } = props;
  return { ...props, ...defaults, placement: 'replicas', replicas, serviceName };
}

/** What the client's container may do: what the transport needs, or else what the user says. */
export function securityOf({ transport, npu, security }: Fleet): ContainerSecurity | undefined {
  return transport.securityWith(npu) ?? security;
}

/** The host in the URLs of the MetaService: its name, or what stands for its address. */
export function metaHostOf({ meta }: Fleet): string {
  return traitsOf(meta.release).hostNames ? meta.dnsName : TOKENS.serviceIp;
}

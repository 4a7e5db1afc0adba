/** What a `LocalClientFleet` can be told. */
import type { Duration } from 'cdk8s';
import type { Budget } from '../../workload/budget';
import type { Hugepages } from '../../workload/hugepages';
import type { PodProps } from '../../workload/pod-props';
import type { AscendNpu } from './ascend-npu';
import type { LocalSettings } from './local-settings';
import type { MetaServiceHA } from './meta-service-ha';
import type { SharedTls, TlsSecret } from './tls-secrets';
import type { Transport } from './transport';

/** What a pod can be told, but for what this construct decides. */
type PodOptions = Omit<
  PodProps,
  'name' | 'ports' | 'mounts' | 'initContainers' | 'sidecars' | 'spread' | 'security'
>;

interface CommonProps extends PodOptions {
  /** The MetaService that they use. Address, ports and namespace come from it. */
  readonly meta: MetaServiceHA;

  /** MemCache's image with the client's application in it; with bash if `npu` is set. */
  readonly image: string;

  /** How the clients move data between each other. */
  readonly transport: Transport;

  /** Name of the StatefulSet or DaemonSet. @default 'local-service-pod' */
  readonly name?: string;

  /** Labels by which the pods are found. @default - app=local-service */
  readonly selector?: Readonly<Record<string, string>>;

  /** `mmc-local.conf`. @default - MemCache's defaults, with 1 GiB of DRAM and retries for 90 s */
  readonly settings?: Omit<LocalSettings, 'tls' | 'configStoreTls' | 'hcomTls'>;

  /** TLS, from existing Secrets: where the MetaService has it, and nowhere else. @default - none */
  readonly tls?: LocalTls;

  /** @default - none */
  readonly hugepages?: Hugepages;

  /** @default - none */
  readonly npu?: AscendNpu;

  /** Where other clients reach this one, 1025 to 65535. @default 7000 */
  readonly hcomPort?: number;

  /**
   * How long a pod waits for a master before its init container fails and is started again.
   * @default 5 minutes
   */
  readonly waitTimeout?: Duration;

  /**
   * What the client's container may do, where the transport asks for nothing itself.
   * @default ContainerSecurity.restricted()
   */
  readonly security?: PodProps['security'];
}

/** A fixed number of clients with stable names: a StatefulSet. */
interface ReplicasPlacement {
  /** @default 'replicas' */
  readonly placement?: 'replicas';

  /** Clients, at least 1. @default 2 */
  readonly replicas?: number;

  /** Name of the headless Service. @default 'local-service' */
  readonly serviceName?: string;

  /** What a drain may take away at once. @default Budget.oneAtATime() */
  readonly budget?: Budget;

  /**
   * Keeps the clients apart.
   * @default - over nodes required, over zones preferred
   */
  readonly spread?: PodProps['spread'];
}

/** A client on every node that fits: a DaemonSet. */
interface EveryNodePlacement {
  readonly placement: 'every-node';
}

export type ReplicasFleetProps = CommonProps & ReplicasPlacement;
export type EveryNodeFleetProps = CommonProps & EveryNodePlacement;

export type LocalClientFleetProps = ReplicasFleetProps | EveryNodeFleetProps;

export interface LocalTls extends SharedTls {
  /** Between clients. @default - none */
  readonly hcom?: TlsSecret;
}

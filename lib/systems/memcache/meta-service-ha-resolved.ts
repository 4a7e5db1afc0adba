/** The defaults of a `MetaServiceHA`: the names of the reference deployment. */
import { Duration } from 'cdk8s';
import type { With } from '../../kube/resolved';
import type { ElectionNames } from '../../leader/leader-elected-service-props';
import type { Resources } from '../../workload/container';
import { LogTarget } from './log-target';
import type {
  ElectedMetaProps,
  EmbeddedMetaProps,
  MetaPorts,
  MetaServiceHAProps,
  MetaServicePorts,
  MetaTls,
} from './meta-service-ha-props';
import { type MemCacheRelease, NEWEST, traitsOf } from './releases';

/** Enough for the metadata of some ten million blocks; the program grows with what the clients register. */
const DEFAULT_RESOURCES: Resources = {
  requests: { cpu: '500m', memory: '1Gi' },
  limits: { memory: '4Gi' },
};

interface Defaults {
  readonly name: string;
  readonly serviceName: string;
  readonly leaderServiceName: string;
  readonly names: ElectionNames & { readonly lease: string };
  readonly selector: Readonly<Record<string, string>>;
  readonly replicas: number;
  readonly release: MemCacheRelease;
  readonly ports: Required<MetaPorts>;
  readonly servicePorts: Required<MetaServicePorts>;
  readonly settings: NonNullable<MetaServiceHAProps['settings']>;
  readonly tls: MetaTls;
  readonly logs: LogTarget;
  readonly command: readonly string[];
  readonly resources: Resources;
}

/** A MetaService that the runtime elects, with its defaults. */
type ElectedMeta = With<ElectedMetaProps, Defaults & { startTimeout: Duration; stopTimeout: Duration }>;

/** A MetaService that elects by itself, with its defaults. */
type EmbeddedMeta = With<EmbeddedMetaProps, Defaults>;

export type Meta = ElectedMeta | EmbeddedMeta;

export function resolveMeta(props: MetaServiceHAProps): Meta {
  const { name = 'meta-service-pod', serviceName = 'meta-service', replicas = 2, release = NEWEST } = props;
  const { leaderServiceName = 'service-cluster-ip-memcache', selector = { app: 'meta-service' } } = props;
  const { settings = {}, tls = {}, logs = LogTarget.stdout(), command = ['mmc_meta_service'] } = props;
  const { resources = DEFAULT_RESOURCES } = props;
  const defaults = {
    name,
    serviceName,
    leaderServiceName,
    names: resolveNames(props.names),
    selector,
    replicas,
    release,
    ports: resolvePorts(props.ports),
    servicePorts: resolveServicePorts(props.servicePorts),
    settings,
    tls,
    logs,
    command,
    resources,
  };
  if (props.election === 'embedded') return { ...props, ...defaults };
  const { startTimeout = Duration.seconds(120), stopTimeout = Duration.seconds(1) } = props;
  return { ...props, ...defaults, startTimeout, stopTimeout };
}

function resolveNames({
  lease = 'lease-memcache',
  slice,
  serviceAccount = 'account-memcache',
  role = 'role-memcache',
  roleBinding = 'role-binding-memcache',
}: ElectionNames = {}): Defaults['names'] {
  return { lease, slice, serviceAccount, role, roleBinding };
}

function resolvePorts({ meta = 5123, config = 6123, metrics = 8000 }: MetaPorts = {}): Required<MetaPorts> {
  return { meta, config, metrics };
}

function resolveServicePorts({
  meta = 18080,
  config = 18090,
}: MetaServicePorts = {}): Required<MetaServicePorts> {
  return { meta, config };
}

/**
 * Whether the program's own election is on, for the sake of the clients' copies, and told by our module that it leads.
 * Otherwise the program must hold no election beside the runtime's.
 */
export function isTold({ election, release }: Meta): boolean {
  return election !== 'embedded' && traitsOf(release).keepsCopies === 'with leader module';
}

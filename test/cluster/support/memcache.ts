/** MemCache's topology in sizes that fit a small cluster, and questions about it. */
import { Duration, Size } from 'cdk8s';
import {
  ClaimTemplate,
  ContainerSecurity,
  ElectionTiming,
  LocalClientFleet,
  type LocalClientFleetProps,
  LogTarget,
  MetaServiceHA,
  type MetaServiceHAProps,
  type Resources,
  type SystemChart,
  Transport,
} from '../../../lib';
import { exec, get, list } from './kubectl';
import type { Pod } from './objects';
import { eventually } from './wait';

export const IMAGE = 'registry.example/memcache:1.0.0';
export const RUNTIME_IMAGE = 'registry.example/cdk8s-ha-runtime:0.1.0';
export const SERVICE = 'service-cluster-ip-memcache';

const SMALL: Resources = { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '256Mi' } };
const START_LIMIT_MS = 120_000;

/** Outlasts a restart of the API server, or of an elector, on a busy machine. */
export const UNHURRIED = ElectionTiming.of({
  leaseDuration: Duration.seconds(20),
  renewDeadline: Duration.seconds(15),
  retryPeriod: Duration.seconds(2),
  killAfter: Duration.seconds(2),
});

/** The stand-ins run as anybody. */
export const security = ContainerSecurity.restricted({ user: 1000 });

const common = { image: IMAGE, runtimeImage: RUNTIME_IMAGE, resources: SMALL, security };

/** A MetaService of two members, elected by the runtime unless told otherwise. */
export function addMeta(chart: SystemChart, props: Partial<MetaServiceHAProps> = {}): MetaServiceHA {
  const { election } = props;
  if (election === 'embedded') return new MetaServiceHA(chart, 'meta', { ...common, election });
  return new MetaServiceHA(chart, 'meta', {
    ...common,
    electorResources: SMALL,
    ...props,
    election: election ?? ElectionTiming.fast,
  });
}

/** Clients over TCP, two unless told otherwise. */
export function addClients(
  chart: SystemChart,
  meta: MetaServiceHA,
  props: Partial<LocalClientFleetProps> = {},
): LocalClientFleet {
  const transport = Transport.hostTcp();
  return new LocalClientFleet(chart, 'clients', {
    meta,
    image: IMAGE,
    resources: SMALL,
    security,
    transport,
    ...props,
  });
}

/**
 * Logs that outlive a pod: all that ever ran on a member is in them. As root, since disks of nodes heed no `fsGroup`.
 */
export const lastingLogs = {
  logs: LogTarget.claim(new ClaimTemplate('log', { size: Size.mebibytes(64) })),
  security: ContainerSecurity.root(),
} as const;

export function isReady({ metadata, status }: Pod): boolean {
  const ready = status.conditions?.find(({ type }) => type === 'Ready')?.status;
  return ready === 'True' && metadata.deletionTimestamp === undefined;
}

/** So many pods of the label, once all of them are ready. */
export function readyPods(namespace: string, label: string, count: number): Promise<readonly Pod[]> {
  return eventually(`${count} pods with ${label} are ready`, {
    look: () => list('pod', namespace, label),
    until: (pods) => pods.length === count && pods.every(isReady),
    show: (pods) => pods.map((pod) => `${pod.metadata.name} ${isReady(pod) ? 'ready' : 'not ready'}`),
    limitMs: START_LIMIT_MS,
  });
}

export function metaPods(namespace: string, count = 2): Promise<readonly Pod[]> {
  return readyPods(namespace, 'app=meta-service', count);
}

/** The name of the one member that is labelled master and, if a slice routes, where the Service leads. */
export async function master(namespace: string, routing: 'slice' | 'label' = 'slice'): Promise<string> {
  const [name = ''] = await eventually('one member is the master', {
    look: async () => {
      const labelled = (await list('pod', namespace, 'role=master')).map(({ metadata }) => metadata.name);
      return routing === 'slice' ? [...labelled, await routed(namespace)] : labelled;
    },
    until: ([first, ...others]) =>
      first !== undefined &&
      others.length === (routing === 'slice' ? 1 : 0) &&
      others.every((other) => other === first),
  });
  return name;
}

/** The pod behind the runtime's EndpointSlice. */
async function routed(namespace: string): Promise<string> {
  const { endpoints } = await get('endpointslice', `${SERVICE}-leader`, namespace);
  return endpoints.map(({ targetRef }) => targetRef?.name).join(' and ');
}

/** Waits until the client is answered by the member on both ports. */
export async function answeredBy(namespace: string, client: string, member: string): Promise<string> {
  return eventually(`${client} is answered by ${member}`, {
    look: () => exec({ namespace, pod: client, container: 'local-service' }, 'mmc_local_client', '--once'),
    until: (answer) => new RegExp(`^meta: ${member} \\d+, config: ${member} \\d+\\n$`).test(answer),
  });
}

/** Waits until the program runs on the member, or until it does not. */
export async function programRuns(namespace: string, pod: string, wanted: boolean): Promise<boolean> {
  const commands = await eventually(`the program ${wanted ? 'runs' : 'does not run'} on ${pod}`, {
    look: () => inMember(namespace, pod, 'cat /proc/[0-9]*/comm 2>/dev/null; true'),
    until: (seen) => seen.split('\n').includes('node') === wanted,
  });
  return commands.includes('node');
}

/** What a script prints in a member's container. */
export function inMember(namespace: string, pod: string, script: string): Promise<string> {
  return exec({ namespace, pod, container: 'meta-service' }, 'sh', '-c', script);
}

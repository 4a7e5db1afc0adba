/** MemCache's topology with stand-ins, in sizes that fit a small cluster, and questions that only they answer. */
import { Duration, Size } from 'cdk8s';
import { RUNTIME_IMAGE } from '../../../cluster/images';
import { exec } from '../../../cluster/kubectl';
import { inMember } from '../../../cluster/memcache/members';
import { eventually } from '../../../cluster/wait';
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

export const IMAGE = 'registry.example/memcache:1.0.0';

const SMALL: Resources = { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '256Mi' } };

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

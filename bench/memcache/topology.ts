/** The real MemCache as tests and benchmarks run it: a MetaService of two members and a client, on nodes without NPUs. */
import { Duration, Size } from 'cdk8s';
import { type RealRelease, RUNTIME_IMAGE, realImage } from '../../cluster/images';
import { apply } from '../../cluster/kubectl';
import { type ClientReport, untilStored } from '../../cluster/memcache/client';
import { metaPods } from '../../cluster/memcache/members';
import { nodesForPods } from '../../cluster/nodes';
import { readyPods } from '../../cluster/pods';
import {
  LocalClientFleet,
  type MemCacheRelease,
  MetaServiceHA,
  type MetaServiceHAProps,
  type Resources,
  type SystemChart,
  Transport,
} from '../../lib';
import { renderSystem } from '../render';

const MEMORY: Resources = { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '768Mi' } };
const ELECTOR: Resources = { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '256Mi' } };

export function lineOf(release: RealRelease): MemCacheRelease {
  return release.slice(0, 3) as MemCacheRelease;
}

function addRealMeta(
  chart: SystemChart,
  release: RealRelease,
  props: Partial<MetaServiceHAProps>,
): MetaServiceHA {
  const common = {
    image: realImage(release),
    release: lineOf(release),
    runtimeImage: RUNTIME_IMAGE,
    resources: MEMORY,
  };
  const { election, nodeAffinity, resources = MEMORY } = props;
  if (election === 'embedded') {
    return new MetaServiceHA(chart, 'meta', { ...common, nodeAffinity, resources, election });
  }
  return new MetaServiceHA(chart, 'meta', { ...common, electorResources: ELECTOR, ...props, election });
}

/**
 * The client is alone on a node of its own, so that no fault of a member's node is one of its own. Clients that share
 * memory need the node's `/dev/shm`; a single one is content with a memory of its own, and needs no privilege.
 */
export function renderReal(
  namespace: string,
  release: RealRelease,
  props: Partial<MetaServiceHAProps> = {},
): string {
  const node = nodesForPods().at(-1)?.metadata.name ?? '';
  const hostname = 'kubernetes.io/hostname';
  const elsewhere = { matchExpressions: [{ key: hostname, operator: 'NotIn', values: [node] }] };
  const image = realImage(release);
  const system = renderSystem(namespace, (chart) => {
    const meta = addRealMeta(chart, release, {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [elsewhere] } },
      ...props,
    });
    new LocalClientFleet(chart, 'clients', {
      meta,
      image,
      replicas: 1,
      resources: MEMORY,
      nodeSelector: { [hostname]: node },
      transport: Transport.hostShm(),
      tls: props.tls && { meta: props.tls.meta, configStore: props.tls.configStore },
      settings: { dramSize: Size.mebibytes(32), logLevel: 'error', clientRetry: Duration.seconds(90) },
    });
  });
  return system
    .replace(/hostPath:\n +path: \/dev\/shm\n +type: Directory/, 'emptyDir:\n            medium: Memory')
    .replaceAll(
      /(pod-security.kubernetes.io\/\w+): privileged/g,
      `$1: ${props.hostNetwork ? 'privileged' : 'restricted'}`,
    );
}

/** Applies it, and waits until the client has all its keys. */
export async function startReal(
  namespace: string,
  release: RealRelease,
  props: Partial<MetaServiceHAProps> = {},
): Promise<ClientReport> {
  await apply(renderReal(namespace, release, props));
  await metaPods(namespace);
  await readyPods(namespace, 'app=local-service', 1);
  return untilStored(namespace);
}

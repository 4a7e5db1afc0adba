/** The real MemCache: a MetaService of two members and a client that puts and reads, on nodes without NPUs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Duration, Size } from 'cdk8s';
import {
  LocalClientFleet,
  type MemCacheRelease,
  MetaServiceHA,
  type MetaServiceHAProps,
  type Resources,
  type SystemChart,
  Transport,
} from '../../../lib';
import { nodes } from './capabilities';
import { apply, exec, kubectl } from './kubectl';
import { RUNTIME_IMAGE, inMember, master, metaPods, readyPods } from './memcache';
import { renderSystem } from './render';
import { eventually } from './wait';

/** The releases that are run, one of each line. */
export const REAL_RELEASES = ['1.1.6', '1.2.1', '1.3.0'] as const;
export type RealRelease = (typeof REAL_RELEASES)[number];
/** All faults and releases are wanted, which takes half an hour: `npm run test:cluster:all`. */
export const TRY_ALL = (process.env['TEST_ALL_RELEASES'] ?? '') !== '';

export const CLIENT = 'local-service-pod-0';
const MEMORY: Resources = { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '768Mi' } };
const ELECTOR: Resources = { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '256Mi' } };

/** More keys than a round on a busy machine puts at once; the client stops at 40. */
const ENOUGH_KEYS = 40;

/** MemCache itself waits a minute for a master that is gone without a word. */
const RECOVERY_LIMIT_MS = 180_000;
const START_LIMIT_MS = 120_000;

/** Before a fault that strikes meanwhile, and after it. */
const PUTTING_MS = 2000;

/** What the client saw, after a round in which it read every key. */
export interface ClientReport {
  /** Of its keys; another one is another process. */
  readonly prefix: string;
  readonly round: number;

  /** Put, and read after that. */
  readonly acknowledged: number;

  /** Of these, what the round did not read. */
  readonly lost: readonly string[];

  /** Puts that succeeded, of keys that were not read after that. */
  readonly neverThere: number;

  /** Seconds in which no call succeeded. */
  readonly longestPause: number;

  /** Seconds of the longest call, whatever came of it. */
  readonly longestCall: number;
  readonly failedCalls: number;
}

export function realImage(release: RealRelease): string {
  return `registry.example/memcache:${release}`;
}

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
  const node = nodes.at(-1)?.metadata.name ?? '';
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
  return eventually(`the client has put ${ENOUGH_KEYS} keys and reads them`, {
    look: () => clientReport(namespace),
    until: ({ acknowledged, lost }) => acknowledged >= ENOUGH_KEYS && lost.length === 0,
    limitMs: START_LIMIT_MS,
  });
}

export async function clientReport(namespace: string): Promise<ClientReport> {
  return JSON.parse(await exec({ namespace, pod: CLIENT }, 'cat', '/tmp/report')) as ClientReport;
}

/** From here on pauses and failures count anew; the client puts so many keys more, one a round. */
export async function forgetPauses(namespace: string, moreKeys = 0): Promise<void> {
  await exec({ namespace, pod: CLIENT }, 'mmc_local_client', '--forget', String(moreKeys));
  await eventually('the client has forgotten its pauses', {
    look: () => exec({ namespace, pod: CLIENT }, 'sh', '-c', 'ls /tmp'),
    until: (files) => !files.includes('report.forget'),
  });
}

/** Strikes while the client puts, reads and removes one key after the other, instead of reading those that it has. */
export async function whilePutting(namespace: string, strike: () => Promise<void>): Promise<void> {
  await exec({ namespace, pod: CLIENT }, 'mmc_local_client', '--busy');
  try {
    await sleep(PUTTING_MS);
    await strike();
    await sleep(PUTTING_MS);
  } finally {
    await exec({ namespace, pod: CLIENT }, 'mmc_local_client', '--calm');
  }
}

/** What the client sees once it has read all keys again, in a round that began now. Fails if it never reads them all. */
export async function readAgain(namespace: string): Promise<ClientReport> {
  const { round } = await clientReport(namespace);
  return eventually('the client reads every key that it has put', {
    look: () => clientReport(namespace),
    until: (report) => report.round > round + 1 && report.lost.length === 0,
    limitMs: RECOVERY_LIMIT_MS,
  });
}

/** The other member, once it is the master. */
export async function successorOf(namespace: string, first: string): Promise<string> {
  return eventually(`another member than ${first} is the master`, {
    look: () => master(namespace),
    until: (name) => name !== first,
    limitMs: START_LIMIT_MS,
  });
}

/** Kills MetaService itself, as a fault of its own would. */
export async function killProgram(namespace: string, pod: string): Promise<void> {
  // The kernel keeps fifteen letters of a name.
  const script = `for p in /proc/[0-9]*; do read -r name <$p/comm && case $name in mmc_meta_servic*) kill -KILL "\${p#/proc/}" && echo killed;; esac; done 2>/dev/null; true`;
  const said = await inMember(namespace, pod, script);
  if (!said.includes('killed')) throw new Error(`${pod} runs no MetaService`);
}

export async function drain(node: string): Promise<void> {
  await kubectl([
    'drain',
    node,
    '--ignore-daemonsets',
    '--delete-emptydir-data',
    '--timeout=120s',
    '--pod-selector=app=meta-service',
  ]);
}

export async function uncordon(node: string): Promise<void> {
  await kubectl(['uncordon', node]);
}

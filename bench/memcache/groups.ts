/** Groups of the real MemCache, each in a namespace of its own: how they come to rest, and where their masters are. */
import { setTimeout as sleep } from 'node:timers/promises';
import { kubectl, list } from '../../test/cluster/support/kubectl';
import { isReady, master } from '../../test/cluster/support/memcache';
import type { Pod } from '../../test/cluster/support/objects';
import { CLIENT, type RealRelease, clientReport, startReal } from '../../test/cluster/support/real-memcache';
import { eventually } from '../../test/cluster/support/wait';
import type { Election } from './trials';

export interface Group {
  readonly namespace: string;
  readonly release: RealRelease;
  readonly election: Election;
}

export interface Leader {
  readonly group: Group;
  readonly pod: string;
  readonly node: string;
}

const MEMBERS = 2;
const REST_LIMIT_MS = 150_000;

export function groupsOf(releases: readonly RealRelease[], elections: readonly Election[]): Group[] {
  return releases.flatMap((release) =>
    elections.map((election) => ({
      namespace: `ha-bench-memcache-${election}-${release.replaceAll('.', '-')}`,
      release,
      election,
    })),
  );
}

/** Applies it, with a new client, which puts its keys. */
export async function start({ namespace, release, election }: Group): Promise<void> {
  await kubectl(['delete', 'pod', CLIENT, '-n', namespace, '--ignore-not-found']);
  await startReal(namespace, release, election === 'embedded' ? { election } : {});
}

/** The master, when both members are ready, one is labelled so, and the client reads all its keys. */
export async function leaderOf(group: Group): Promise<Leader> {
  const { namespace, election } = group;
  const pods = await eventually(`${namespace} is at rest`, {
    look: () => list('pod', namespace, 'app=meta-service'),
    until: (seen) =>
      seen.length === MEMBERS && seen.every(isReady) && seen.filter(isLabelledMaster).length === 1,
    show: (seen) => seen.map((pod) => [pod.metadata.name, isReady(pod), isLabelledMaster(pod)]),
    limitMs: REST_LIMIT_MS,
  });
  const pod = await master(namespace, election === 'runtime' ? 'slice' : 'label');
  await untilRead(namespace);
  const node = pods.find(({ metadata }) => metadata.name === pod)?.spec.nodeName ?? '';
  return { group, pod, node };
}

/** Begins anew, client and keys too, where a group has not come to rest by itself. */
export async function restarted(group: Group): Promise<Leader> {
  await kubectl(['delete', 'pods', '--all', '-n', group.namespace, '--grace-period=1']);
  await start(group);
  return leaderOf(group);
}

/** The leaders, once they are all on the node that most of them are on already. */
export async function onOneNode(leaders: readonly Leader[]): Promise<Leader[]> {
  const node = mostFrequent(leaders.map((leader) => leader.node));
  const astray = leaders.filter((leader) => leader.node !== node);
  for (const leader of astray) await giveUp(leader);
  const moved: Leader[] = [];
  for (const { group } of leaders) moved.push(await leaderOf(group));
  const still = moved.find((leader) => leader.node !== node);
  if (still) throw new Error(`${still.group.namespace} does not come to lead on ${node}`);
  return moved;
}

/** With MemCache's own election a member that comes back at once goes on leading; while its node takes none, it cannot. */
async function giveUp({ group: { namespace }, pod, node }: Leader): Promise<void> {
  await kubectl(['cordon', node]);
  try {
    await kubectl(['delete', 'pod', pod, '-n', namespace]);
    await eventually(`${namespace} is not led by ${pod}`, {
      look: () => list('pod', namespace, 'app=meta-service,role=master'),
      until: ([leader, ...others]) => leader?.spec.nodeName !== undefined && others.length === 0,
      limitMs: REST_LIMIT_MS,
    });
  } finally {
    await kubectl(['uncordon', node]);
  }
}

/** Asked seldom: each question costs the machine more than the client's whole round. */
async function untilRead(namespace: string): Promise<void> {
  const end = Date.now() + REST_LIMIT_MS;
  const first = await clientReport(namespace);
  for (let seen = first; seen.round < first.round + 2 || seen.lost.length > 0;) {
    if (Date.now() > end) throw new Error(`the client of ${namespace} does not read all its keys`);
    await sleep(1000);
    seen = await clientReport(namespace);
  }
}

function mostFrequent(names: readonly string[]): string {
  const countOf = (name: string) => names.filter((other) => other === name).length;
  return [...names].sort((a, b) => countOf(b) - countOf(a))[0] ?? '';
}

function isLabelledMaster({ metadata }: Pod): boolean {
  return metadata.labels?.['role'] === 'master';
}

/** A group in the cluster: whether it has come to rest, and who leads it. */
import { get, kubectl, list } from '../../cluster/kubectl';
import type { Pod } from '../../cluster/objects';
import { isReady } from '../../cluster/pods';
import { eventually } from '../../cluster/wait';
import type { Leader } from './cases';
import { PORT, type Subject, serviceOf } from './subjects';

const MEMBERS = 3;
const REST_LIMIT_MS = 180_000;
const MOST_MOVES = 12;

/** The leader, when all members are ready and one of them is labelled so. */
export async function leaderOf(namespace: string, { name: group, election }: Subject): Promise<Leader> {
  const pods = await eventually(`${group} is at rest`, {
    look: () => podsOf(namespace, group),
    until: (seen) =>
      seen.length === MEMBERS && seen.every(isReady) && seen.filter(isLabelledLeader).length === 1,
    show: (seen) => seen.map((pod) => [pod.metadata.name, isReady(pod), isLabelledLeader(pod)]),
    limitMs: REST_LIMIT_MS,
  });
  const leader = pods.find(isLabelledLeader);
  return { namespace, group, election, pod: leader?.metadata.name ?? '', node: leader?.spec.nodeName ?? '' };
}

/** The leaders of the groups, once they are on the node of the first and those of the others are not. */
export async function leadersOnOneNode(
  namespace: string,
  [first, ...groups]: readonly Subject[],
  others: readonly Subject[],
): Promise<Leader[]> {
  if (first === undefined) return [];
  const { node } = await leaderOf(namespace, first);
  for (const subject of others) await leaderWhere(namespace, subject, (at) => at !== node);
  const leaders: Leader[] = [];
  for (const subject of [first, ...groups])
    leaders.push(await leaderWhere(namespace, subject, (at) => at === node));
  return leaders;
}

async function leaderWhere(
  namespace: string,
  subject: Subject,
  isThere: (node: string) => boolean,
): Promise<Leader> {
  for (let moves = 0; moves < MOST_MOVES; moves += 1) {
    const leader = await leaderOf(namespace, subject);
    if (isThere(leader.node)) return leader;
    await kubectl(['delete', 'pod', leader.pod, '-n', namespace]);
  }
  throw new Error(`${subject.name} does not come to lead on the node that it should`);
}

/** A client that is not on the node. */
export async function clientBeside(namespace: string, node: string): Promise<string> {
  const clients = await eventually(`clients beside ${node} are ready`, {
    look: () => podsOf(namespace, 'client'),
    until: (pods) => pods.some((pod) => isReady(pod) && pod.spec.nodeName !== node),
    limitMs: REST_LIMIT_MS,
  });
  return clients.find((pod) => isReady(pod) && pod.spec.nodeName !== node)?.metadata.name ?? '';
}

/** Where clients connect to. */
export async function addressOf(namespace: string, group: string): Promise<string> {
  const { spec } = await get('service', serviceOf(group), namespace);
  return `${spec.clusterIP}:${PORT}`;
}

function podsOf(namespace: string, group: string): Promise<readonly Pod[]> {
  return list('pod', namespace, `app.kubernetes.io/instance=${group}`);
}

function isLabelledLeader({ metadata }: Pod): boolean {
  return metadata.labels?.['role'] === 'master';
}

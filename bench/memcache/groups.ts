/** Groups of the real MemCache, each in a namespace of its own: how they come to rest, and where their masters are. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RealRelease } from '../../cluster/images';
import { kubectl, list } from '../../cluster/kubectl';
import { CLIENT, clientReport } from '../../cluster/memcache/client';
import { MEMBERS_LABEL, master } from '../../cluster/memcache/members';
import type { Pod } from '../../cluster/objects';
import { isReady } from '../../cluster/pods';
import { eventually } from '../../cluster/wait';
import type { Resources } from '../../lib';
import { startReal } from './topology';
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

/** What a busy machine must leave them: without it, whoever leads would be late with its renewals. */
const META: Resources = { requests: { cpu: '200m', memory: '64Mi' }, limits: { memory: '768Mi' } };
const ELECTOR: Resources = { requests: { cpu: '50m', memory: '32Mi' }, limits: { memory: '256Mi' } };

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
  const props = { resources: META, electorResources: ELECTOR };
  await startReal(namespace, release, election === 'embedded' ? { election, resources: META } : props);
}

/** The master, when both members are ready, one is labelled so, and the client reads all its keys. */
export async function leaderOf(group: Group): Promise<Leader> {
  const { namespace, election } = group;
  const pods = await eventually(`${namespace} is at rest`, {
    look: () => list('pod', namespace, MEMBERS_LABEL),
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

/**
 * The leaders on the node that most of them are on. When it is struck they are followed by members elsewhere: with two
 * nodes, the next time all of them are on the other one.
 */
export function onOneNode(leaders: readonly Leader[]): readonly Leader[] {
  const node = mostFrequent(leaders.map((leader) => leader.node));
  return leaders.filter((leader) => leader.node === node);
}

/** Those that lead still: on a busy machine one may have lost its lead meanwhile, and a fault would miss the master. */
export async function stillLeading(leaders: readonly Leader[]): Promise<readonly Leader[]> {
  const masters = await Promise.all(
    leaders.map(({ group: { namespace } }) => list('pod', namespace, 'app=meta-service,role=master')),
  );
  return leaders.filter(({ pod }, index) => masters[index]?.some(({ metadata }) => metadata.name === pod));
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

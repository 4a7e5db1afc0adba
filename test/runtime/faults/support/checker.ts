/** What the guarantees say of a recorded history. Each violation is a sentence; none means that all of them held. */
import { TERM_ANNOTATION } from '../../../../lib/leader/term';
import {
  type AppRun,
  type Change,
  type History,
  type LiveObject,
  type Pause,
  ROLE,
  identityOf,
} from './history';

/** The gate looks at its deadline this often. */
const TICK_MS = 200;

/** A run that wrote its record within this time goes on. */
const ALIVE_MS = 500;

export function violations(history: History): string[] {
  return [
    ...overlaps(history),
    ...tokensThatDoNotGrow(history),
    ...tokensOfNobody(history),
    ...twoRouted(history),
    ...returnsToFormerLeaders(history),
    ...twoLabelled(history),
    ...history.crashes.map(({ pod, how }) => `the elector of ${pod} ended by itself, with ${how}`),
  ];
}

/** (B) No two applications of a group run at once. */
function overlaps(history: History): string[] {
  return pairs(inOrder(history.runs)).flatMap(([former, latter]) => {
    if (former.last <= latter.first || isExcused(history, former, latter.first)) return [];
    const end = Math.min(former.last, latter.last);
    return [`${show(former)} and ${show(latter)} ran at once for ${end - latter.first} ms or more`];
  });
}

/** (F) A later run has a greater token. */
function tokensThatDoNotGrow(history: History): string[] {
  return pairs(inOrder(history.runs)).flatMap(([former, latter]) =>
    former.term < latter.term || isExcused(history, latter, latter.first)
      ? []
      : [`${show(latter)} began after ${show(former)} with a token that is not greater`],
  );
}

/** A token is the version of the write with which the member took the Lease. */
function tokensOfNobody({ runs, members, changes }: History): string[] {
  const leases = changes.filter(({ kind }) => kind === 'Lease');
  const identities = new Map(members.map((member) => [member.pod, identityOf(member)]));
  return runs.flatMap((run) => {
    const taken = leases.find(({ version }) => version === run.term);
    return taken?.object.spec?.holderIdentity === identities.get(run.pod)
      ? []
      : [`${show(run)} had a token with which its member never took the Lease`];
  });
}

/**
 * A gate that is stopped itself cannot stop its application: the bounded pauses of the contract. Excused is what happens
 * within such a pause, if it is longer than the timing bears, and until the gate has had the time to act after it.
 */
function isExcused({ pauses, timing }: History, { pod, last }: AppRun, at: number): boolean {
  const { leaseDuration, renewDeadline, killAfter } = timing;
  const borne = leaseDuration - renewDeadline - killAfter - TICK_MS;
  const over = ({ to }: Pause) => to + killAfter + 2 * TICK_MS;
  return pauses.some(
    (pause) =>
      pause.pod === pod &&
      pause.to - pause.from > borne &&
      pause.from <= at &&
      at <= over(pause) &&
      last <= over(pause),
  );
}

/** (A) The slice has one endpoint at most. */
function twoRouted({ changes }: History): string[] {
  return writes(changes, 'EndpointSlice').flatMap(({ version, object, byHand }) =>
    !byHand && endpointsOf(object).length > 1 ? [`the slice had two endpoints at version ${version}`] : [],
  );
}

/** (A) The slice never goes back to a former leader. Deleted by hand, it remembers none. */
function returnsToFormerLeaders({ changes }: History): string[] {
  const found: string[] = [];
  const leaders = new Map<number, string>();
  let highest = 0;
  for (const { kind, type, version, object, byHand } of changes) {
    if (kind !== 'EndpointSlice') continue;
    if (type === 'DELETED') highest = 0;
    if (type === 'DELETED' || byHand) continue;
    const term = termOf(object);
    if (term < highest)
      found.push(`at version ${version} the slice went back from term ${highest} to ${term}`);
    highest = Math.max(highest, term);
    const leader = endpointsOf(object)[0]?.targetRef?.uid;
    if (leader === undefined) continue;
    if ((leaders.get(term) ?? leader) !== leader)
      found.push(`at version ${version} the slice of term ${term} led to another member than before`);
    leaders.set(term, leader);
  }
  return found;
}

/** (A) One pod at most carries the leader's label, unless the test itself has put it there. */
function twoLabelled({ changes }: History): string[] {
  const latest = new Map<string, Change>();
  return writes(changes, 'Pod').flatMap((change) => {
    latest.set(change.object.metadata.name, change);
    const labelled = [...latest.values()].filter((pod) => !pod.byHand && isLabelledLeader(pod.object));
    if (labelled.length < 2) return [];
    const names = labelled.map(({ object }) => object.metadata.name).join(' and ');
    return [`at version ${change.version} ${names} both had the leader's label`];
  });
}

/** The state of a group in this moment: the latest objects, and all runs so far. */
export interface Scene extends Pick<History, 'members' | 'routing' | 'runs'> {
  readonly lease: LiveObject | undefined;
  readonly slice: LiveObject | undefined;
  readonly pods: readonly LiveObject[];
  readonly now: number;
}

/** What a group lacks that has come to rest: one leader that serves, with clients led to it. */
export function unrest({ members, routing, runs, lease, slice, pods, now }: Scene): string[] {
  const alive = runs.filter(({ last }) => now - last < ALIVE_MS);
  const [run, another] = alive;
  const leader = members.find(({ pod }) => pod === run?.pod);
  if (run === undefined || leader === undefined || another !== undefined)
    return [`${alive.length} applications run`];
  const found: string[] = [];
  const holder = lease?.spec?.holderIdentity ?? '';
  if (holder !== identityOf(leader)) found.push(`${run.pod} runs, and the Lease is held by '${holder}'`);
  const led = slice ? endpointsOf(slice).map(({ addresses }) => addresses.join()) : [];
  if (routing === 'endpoint-slice' && (led.join() !== leader.ip || termOf(slice) !== run.term))
    found.push(`${show(run)}, ${leader.ip}; the slice leads to '${led.join()}' in term ${termOf(slice)}`);
  const labelled = pods.filter(isLabelledLeader).map(({ metadata }) => metadata.name);
  if (labelled.join() !== run.pod)
    found.push(`${run.pod} runs, and '${labelled.join()}' has the leader's label`);
  return found;
}

function writes(changes: readonly Change[], of: Change['kind']): readonly Change[] {
  return changes.filter(({ kind, type }) => kind === of && type !== 'DELETED');
}

function endpointsOf(slice: LiveObject): NonNullable<LiveObject['endpoints']> {
  return slice.endpoints ?? [];
}

function termOf(object: LiveObject | undefined): number {
  return Number(object?.metadata.annotations?.[TERM_ANNOTATION] ?? 0);
}

function isLabelledLeader({ metadata }: LiveObject): boolean {
  return metadata.labels?.[ROLE.label] === ROLE.leader;
}

function inOrder(runs: readonly AppRun[]): readonly AppRun[] {
  return [...runs].sort((a, b) => a.first - b.first);
}

/** Each with each that comes after it. */
function pairs<T>(all: readonly T[]): (readonly [T, T])[] {
  return all.flatMap((one, index) => all.slice(index + 1).map((other) => [one, other] as const));
}

function show({ pod, term, first, last }: AppRun): string {
  return `the application of ${pod} (token ${term}, ${first} to ${last})`;
}

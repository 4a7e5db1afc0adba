/** What the guarantees say of a recorded history. Each violation is a sentence; none means that all of them held. */
import type { LiveObject } from '../../../../cluster/api-server';
import { ROLE } from '../../../../cluster/processes/elector-command';
import { TERM_ANNOTATION } from '../../../../lib/leader/term';
import { isExcused } from './excuses';
import { type AppRun, type Change, type History, identityOf } from './history';

/** A run that wrote its record within this time goes on. */
const ALIVE_MS = 500;

export function violations(history: History): string[] {
  return [
    ...overlaps(history),
    ...leasesGivenUpTooEarly(history),
    ...tokensThatDoNotGrow(history),
    ...tokensOfNobody(history),
    ...formerTokens(history),
    ...ledTooEarly(history),
    ...twoRouted(history),
    ...returnsToFormerLeaders(history),
    ...twoLabelled(history),
    ...history.crashes.map(({ pod, how }) => `the elector of ${pod} ended by itself, with ${how}`),
  ];
}

/** (B) No two applications of a group lead at once: the one with the smaller token should have ended before. */
function overlaps(history: History): string[] {
  return pairs(inOrder(history.runs)).flatMap(([former, latter]) => {
    const stale = former.term < latter.term ? former : latter;
    if (former.last <= latter.first || isExcused(history, stale, latter.first)) return [];
    const end = Math.min(former.last, latter.last);
    return [`${show(former)} and ${show(latter)} led at once for ${end - latter.first} ms or more`];
  });
}

/** (B) A Lease is given up when the application of its holder does not lead any more. */
function leasesGivenUpTooEarly(history: History): string[] {
  return history.changes
    .filter(isGivenUp)
    .flatMap(({ version, at }) =>
      history.runs
        .filter(
          (run) => run.term < version && run.first <= at && at < run.last && !isExcused(history, run, at),
        )
        .map(
          (run) => `at version ${version} the Lease was given up before ${show(run)} did not lead any more`,
        ),
    );
}

/** Who only empties it leaves `acquireTime`. */
function isGivenUp({ kind, type, byHand, object }: Change): boolean {
  const { holderIdentity = '', acquireTime = '', renewTime = '' } = object.spec ?? {};
  const says = holderIdentity === '' && acquireTime === '' && renewTime !== '';
  return kind === 'Lease' && type === 'MODIFIED' && !byHand && says;
}

/** (F) A later lead has a greater token. A hot standby that was restarted may be promoted again to the one it had. */
function tokensThatDoNotGrow(history: History): string[] {
  const isRepeated = (former: AppRun, latter: AppRun) =>
    history.standby === 'hot' && former.pod === latter.pod && former.term === latter.term;
  return pairs(inOrder(history.runs)).flatMap(([former, latter]) =>
    former.term < latter.term || isRepeated(former, latter) || isExcused(history, latter, latter.first)
      ? []
      : [`${show(latter)} began after ${show(former)} with a token that is not greater`],
  );
}

/** (F) No application is promoted to a term that it was demoted from, or to one before. */
function formerTokens(history: History): string[] {
  return history.refusals.flatMap(({ pod, term, at }) =>
    isExcused(history, { pod, term, first: at, last: at }, at)
      ? []
      : [`the application of ${pod} was to lead with token ${term} at ${at}, after it was demoted from it`],
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

/** Clients are led to an application that leads, and not before. */
function ledTooEarly({ members, runs, changes }: History): string[] {
  const pods = new Map(members.map(({ pod, uid }) => [uid, pod]));
  return writes(changes, 'EndpointSlice').flatMap(({ version, at, byHand, object }) => {
    const pod = pods.get(endpointsOf(object)[0]?.targetRef?.uid ?? '');
    const term = termOf(object);
    if (byHand || pod === undefined) return [];
    return runs.some((run) => run.pod === pod && run.term === term && run.first <= at)
      ? []
      : [`at version ${version} the slice led to ${pod} in term ${term} before its application led`];
  });
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

/**
 * (B, C) Nothing leads for longer than others wait, which is a lease after the last renewal; or than all promised. Of
 * itself it is no violation, for a machine that is too busy lets others wait, too.
 */
export function overruns(history: History): string[] {
  const { timing, asksPeersFor = 0 } = history;
  const { leaseDuration, renewDeadline } = timing;
  const longest = Math.max(leaseDuration, asksPeersFor + leaseDuration - renewDeadline);
  return history.runs.flatMap((run) => {
    const limit = lastRenewal(history, run) + longest;
    if (run.last <= limit || isExcused(history, run, limit)) return [];
    return [`${show(run)} led for ${run.last - limit} ms longer than its Lease let it`];
  });
}

/** As the watch told it, which is not before it was sent. */
function lastRenewal({ members, changes }: History, { pod, term, first }: AppRun): number {
  const holder = members
    .filter((member) => member.pod === pod)
    .map(identityOf)
    .join();
  const renewals = changes.filter(
    ({ kind, version, byHand, object }) =>
      kind === 'Lease' && version >= term && !byHand && object.spec?.holderIdentity === holder,
  );
  return Math.max(first, ...renewals.map(({ at }) => at));
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
    return [`${alive.length} applications lead`];
  const found: string[] = [];
  const holder = lease?.spec?.holderIdentity ?? '';
  if (holder !== identityOf(leader)) found.push(`${run.pod} leads, and the Lease is held by '${holder}'`);
  const led = slice ? endpointsOf(slice).map(({ addresses }) => addresses.join()) : [];
  if (routing === 'endpoint-slice' && (led.join() !== leader.ip || termOf(slice) !== run.term))
    found.push(`${show(run)}, ${leader.ip}; the slice leads to '${led.join()}' in term ${termOf(slice)}`);
  const labelled = pods.filter(isLabelledLeader).map(({ metadata }) => metadata.name);
  if (labelled.join() !== run.pod)
    found.push(`${run.pod} leads, and '${labelled.join()}' has the leader's label`);
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

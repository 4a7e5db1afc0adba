/** Keys that MemCache loses when its master goes away, and how long its clients stand still, whoever elects the master. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { nodeFaults } from '../../cluster/faults';
import { REAL_RELEASES, RUNTIME_IMAGE } from '../../cluster/images';
import { kubectl, tryKubectl } from '../../cluster/kubectl';
import { type ClientReport, clientReport, forgetPauses } from '../../cluster/memcache/client';
import { withTables } from '../report';
import { printRow } from '../table';
import { FAULTS, type Fault } from './faults';
import {
  type Group,
  type Leader,
  groupsOf,
  leaderOf,
  onOneNode,
  restarted,
  start,
  stillLeading,
} from './groups';
import { MEMCACHE_RESULTS, type MemcacheResults, readTrials, writeResults } from './results';
import { memcacheTable } from './table';
import { type Trial, hasRecovered, outcomeOf, withTrials } from './trials';

const PAGE = 'docs/memcache.md';

/** Keys that a client puts one by one while the fault is on, beyond those that it has. */
const MORE_KEYS = 5;

/** After the fault is over. MemCache's own longest wait is a minute; some calls fail after two. */
const RECOVERY_LIMIT_MS = 180_000;
const LOOK_EVERY_MS = 2000;

/** No more rounds than this for each trial that is asked for. */
const ROUNDS_PER_TRIAL = 2;

interface Plan {
  readonly faults: readonly Fault[];
  readonly trials: number;
}

export async function benchMemcache(args: string[]): Promise<void> {
  const plan = planOf(args);
  if (plan === undefined) return;
  const groups = groupsOf(REAL_RELEASES, ['runtime', 'embedded']);
  try {
    await Promise.all(groups.map(start));
    const made: Trial[] = [];
    for (let round = 1; round <= ROUNDS_PER_TRIAL * plan.trials; round += 1) {
      for (const fault of plan.faults.filter((one) => isWanting(one, groups, made, plan.trials))) {
        made.push(...(await measured(fault, round, groups)));
        await keep(made);
      }
    }
  } finally {
    for (const { namespace } of groups) await tryKubectl(['delete', 'namespace', namespace, '--wait=false']);
  }
}

/** A node's fault strikes the masters that are there, and a round may not count: some groups need more rounds than others. */
function isWanting(
  { name }: Fault,
  groups: readonly Group[],
  made: readonly Trial[],
  trials: number,
): boolean {
  return groups.some(({ release, election }) => {
    const own = made.filter((trial) => trial.release === release && trial.election === election);
    return own.filter(({ fault }) => fault === name).length < trials;
  });
}

function planOf(args: string[]): Plan | undefined {
  const { values } = parseArgs({
    args,
    options: { trials: { type: 'string', default: '5' }, cases: { type: 'string' } },
  });
  const [trials, names] = [Number(values.trials), values.cases?.split(',')];
  const chosen = FAULTS.filter(({ name }) => names?.includes(name) ?? true);
  if (!(Number.isInteger(trials) && trials > 0) || chosen.length < (names?.length ?? 1)) {
    const known = FAULTS.map(({ name }) => name).join(', ');
    console.error(`--trials takes a whole number, 1 or more; --cases some of ${known}, with commas.`);
    process.exitCode = 2;
    return undefined;
  }
  return { faults: chosen.filter(isPossible), trials };
}

function isPossible({ name, needsFaults }: Fault): boolean {
  if (!needsFaults || nodeFaults !== undefined) return true;
  console.log(`${name}: SKIPPED, for it needs TEST_CLUSTER_COMMAND, which breaks nodes.`);
  return false;
}

/** On a busy machine a master may lose its lead before it is struck: such a round is not counted, and the next one runs. */
async function measured(fault: Fault, round: number, groups: readonly Group[]): Promise<Trial[]> {
  try {
    return await runRound(fault, groups);
  } catch (error) {
    console.error(`${fault.name}, round ${round}: not counted.`, error);
    process.exitCode = 1;
    return [];
  }
}

/** Strikes the masters of all groups, and watches their clients until each has read all its keys again. */
async function runRound(fault: Fault, groups: readonly Group[]): Promise<Trial[]> {
  const [at, load] = [new Date().toISOString(), loadavg()[0] ?? NaN];
  const resting: Leader[] = [];
  for (const group of groups) resting.push(await atRest(group));
  const chosen = fault.ofNode ? onOneNode(resting) : resting;
  const before = new Map<Group, ClientReport>();
  for (const { group } of chosen) {
    await forgetPauses(group.namespace, MORE_KEYS);
    before.set(group, await clientReport(group.namespace));
  }
  const leaders = await stillLeading(chosen);
  if (leaders.length === 0) return [];
  const began = Date.now();
  const watched = await struckAndWatched(fault, leaders);
  const waitedSeconds = (Date.now() - began) / 1000;
  const trials: Trial[] = [];
  for (const { group } of leaders) {
    const [first, { struck, last }] = [seenOf(before, group), seenOf(watched, group)];
    const outcome = outcomeOf(first, struck, last, waitedSeconds);
    const { release, election } = group;
    trials.push({ fault: fault.name, release, election, at, load: Math.round(load), ...outcome });
  }
  printHead(fault);
  trials.forEach(printTrial);
  return trials;
}

/** What was lost does not come back by itself, nor does a group that nobody leads. */
async function atRest(group: Group): Promise<Leader> {
  try {
    return await leaderOf(group);
  } catch (error) {
    console.error(`${group.namespace} begins anew:`, error);
    return restarted(group);
  }
}

async function struckAndWatched(fault: Fault, leaders: readonly Leader[]): Promise<Map<Group, Watched>> {
  try {
    await fault.strike(leaders);
    return await watch(leaders.map(({ group }) => group));
  } finally {
    await fault.mend?.(leaders);
  }
}

interface Watched {
  /** When the fault was over. */
  readonly struck: ClientReport;
  readonly last: ClientReport;
}

async function watch(groups: readonly Group[]): Promise<Map<Group, Watched>> {
  const seen = new Map<Group, Watched>();
  for (const group of groups) {
    const struck = await clientReport(group.namespace);
    seen.set(group, { struck, last: struck });
  }
  const end = Date.now() + RECOVERY_LIMIT_MS;
  for (;;) {
    const waiting = [...seen].filter(([, { struck, last }]) => !hasRecovered(struck, last));
    if (waiting.length === 0 || Date.now() > end) return seen;
    await sleep(LOOK_EVERY_MS);
    for (const [group, { struck, last }] of waiting) {
      seen.set(group, { struck, last: await clientReport(group.namespace).catch(() => last) });
    }
  }
}

function seenOf<T>(all: ReadonlyMap<Group, T>, group: Group): T {
  const seen = all.get(group);
  if (seen === undefined) throw new Error(`nothing was seen of ${group.namespace}`);
  return seen;
}

/** Results and page, after each round: what breaks later takes nothing with it. */
async function keep(made: readonly Trial[]): Promise<void> {
  const results: MemcacheResults = {
    machine: `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}) and ${Math.round(totalmem() / 2 ** 30)} GiB for all nodes, shared with other work`,
    kubernetes: await serverVersion(),
    runtime: RUNTIME_IMAGE,
    trials: withTrials(readTrials(MEMCACHE_RESULTS), made),
  };
  writeResults(MEMCACHE_RESULTS, results);
  const page = readFileSync(PAGE, 'utf8');
  writeFileSync(PAGE, withTables(page, { memcache: memcacheTable(results.trials) }));
}

async function serverVersion(): Promise<string> {
  const { serverVersion } = JSON.parse(await kubectl(['version', '-o', 'json'])) as {
    readonly serverVersion: { readonly gitVersion: string };
  };
  return serverVersion.gitVersion;
}

const COLUMNS = ['release', 'election', 'lost', 'keys', 'not there', 'pause', 'call', 'failed'];

function printHead({ name }: Fault): void {
  console.log(`\n${name}`);
  printRow(COLUMNS);
}

function printTrial(trial: Trial): void {
  const { release, election, lostKeys, keys, neverThere, pauseSeconds, longestCallSeconds, failedCalls } =
    trial;
  printRow([release, election, lostKeys, keys, neverThere, pauseSeconds, longestCallSeconds, failedCalls]);
}

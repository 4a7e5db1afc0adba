/** How long clients of a single-master service are without an answer when its leader goes away. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { nodeFaults } from '../../cluster/faults';
import { apply, exec, tryKubectl } from '../../cluster/kubectl';
import { renderSystem } from '../render';
import { FAILOVER_RESULTS, writeReport } from '../report';
import { type FailoverRow, type Figure, writeRows } from '../results';
import { percentile } from '../statistics';
import { printRow } from '../table';
import { CASES, type Case, type Leader } from './cases';
import { leaderOf, leadersOnOneNode } from './group';
import { SUBJECTS, type Subject, addClients } from './subjects';
import { type Trial, runTrials } from './trial';

const NAMESPACE = 'ha-bench-failover';

/** What the clients recorded, line by line, for whoever wants to know more. */
const RECORDS = '.cache/failover';

/** kube-proxy applies one change a second: groups that are struck in the same moment would wait for each other. */
const APART_MS = 3000;

const OWN_TIME_RUNS = 21;

interface Plan {
  readonly cases: readonly Case[];
  readonly subjects: readonly Subject[];
  readonly trialsOf: (kase: Case) => number;
}

export async function benchFailover(args: string[]): Promise<void> {
  const plan = planOf(args);
  if (plan === undefined) return;
  console.log('Milliseconds in which a new connection through the Service was not answered.\n');
  try {
    await apply(
      renderSystem(NAMESPACE, (chart) => {
        for (const { add } of plan.subjects) add(chart);
        addClients(chart);
      }),
    );
    for (const subject of plan.subjects) await leaderOf(NAMESPACE, subject);
    writeRows(FAILOVER_RESULTS, await ownTimes());
    for (const kase of plan.cases) await benchCase(kase, plan);
    writeReport();
  } finally {
    // What went wrong before is not hidden by what goes wrong here.
    await tryKubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found']);
  }
}

function planOf(args: string[]): Plan | undefined {
  const { values } = parseArgs({
    args,
    options: { trials: { type: 'string' }, cases: { type: 'string' }, subjects: { type: 'string' } },
  });
  const trials = values.trials === undefined ? undefined : Number(values.trials);
  const cases = chosen(CASES, values.cases);
  const subjects = chosen(SUBJECTS, values.subjects);
  if (!cases || !subjects || (trials !== undefined && !(Number.isInteger(trials) && trials > 0))) {
    const names = (all: readonly { readonly name: string }[]) => all.map(({ name }) => name).join(', ');
    console.error(`--trials takes a whole number, 1 or more; --cases some of ${names(CASES)}; --subjects some of
${names(SUBJECTS)}, with commas.`);
    process.exitCode = 2;
    return undefined;
  }
  return { cases: cases.filter(isPossible), subjects, trialsOf: (kase) => trials ?? kase.trials };
}

function chosen<T extends { readonly name: string }>(
  all: readonly T[],
  names?: string,
): readonly T[] | undefined {
  if (names === undefined) return all;
  const wanted = names.split(',');
  const found = all.filter(({ name }) => wanted.includes(name));
  return found.length === wanted.length ? found : undefined;
}

function isPossible({ name, needsFaults }: Case): boolean {
  if (!needsFaults || nodeFaults !== undefined) return true;
  console.log(`${name}: SKIPPED, for it needs TEST_CLUSTER_COMMAND, which breaks nodes.`);
  return false;
}

/** What the application needs by itself to start and to stop. */
async function ownTimes(): Promise<Figure[]> {
  const output = await exec({ namespace: NAMESPACE, pod: 'client-0' }, '/app', 'time', String(OWN_TIME_RUNS));
  const runs = output
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map((microseconds) => Number(microseconds) / 1000));
  return ['start', 'stop'].flatMap((what, column) =>
    [50, 95].map((percent) => ({
      figure: `application's own ${what}, p${percent}`,
      subject: 'application',
      unit: 'ms',
      value: rounded(
        percentile(
          runs.map((run) => run[column] ?? NaN),
          percent,
        ),
      ),
    })),
  );
}

async function benchCase(kase: Case, { subjects, trialsOf }: Plan): Promise<void> {
  console.log(`\n${kase.name}: ${kase.shows}`);
  printRow(['subject', 'trial', 'total', 'longest', 'stale']);
  const trials: Trial[] = [];
  try {
    for (let round = 1; round <= trialsOf(kase); round += 1) {
      for (const wave of wavesOf(kase, subjects)) {
        const made = await runWave(kase, wave, subjects);
        for (const trial of made) report(trial, round);
        trials.push(...made);
      }
    }
  } finally {
    summarize(kase, trials);
  }
}

function summarize(kase: Case, trials: readonly Trial[]): void {
  const measured = new Set(trials.map(({ subject }) => subject));
  const rows = [...measured].map((subject) => rowOf(kase, subject, trials));
  writeRows(FAILOVER_RESULTS, rows);
  printRow(['subject', 'p50', 'p95', 'max', 'longest', 'stale']);
  for (const { subject, p50Ms, p95Ms, maxMs, longestGapMs, staleAnswers } of rows)
    printRow([subject, p50Ms, p95Ms, maxMs, longestGapMs, staleAnswers]);
}

/**
 * A node takes two leaders with it and no more, whose successors come at different times: one of this runtime, and one
 * of client-go.
 */
function wavesOf({ ofNode }: Case, subjects: readonly Subject[]): readonly (readonly Subject[])[] {
  if (!ofNode) return [subjects];
  const [ours, peers] = (['runtime', 'client-go'] as const).map((election) =>
    subjects.filter((subject) => subject.election === election),
  );
  const length = Math.max(ours?.length ?? 0, peers?.length ?? 0);
  return Array.from({ length }, (_, index) =>
    [ours?.[index], peers?.[index]].filter((subject) => subject !== undefined),
  );
}

async function runWave(kase: Case, subjects: readonly Subject[], all: readonly Subject[]): Promise<Trial[]> {
  if (kase.ofNode) {
    const others = all.filter((subject) => !subjects.includes(subject));
    return struck(kase, await leadersOnOneNode(NAMESPACE, subjects, others));
  }
  const leaders: Leader[] = [];
  for (const subject of subjects) leaders.push(await leaderOf(NAMESPACE, subject));
  const trials = leaders.map(async (leader, index) => {
    await sleep(index * APART_MS);
    return struck(kase, [leader]);
  });
  return (await Promise.all(trials)).flat();
}

async function struck(kase: Case, leaders: readonly Leader[]): Promise<Trial[]> {
  try {
    return await runTrials(kase, leaders);
  } finally {
    for (const leader of leaders) await kase.mend?.(leader);
  }
}

function report(
  { case: name, subject, totalMs, longestMs, staleAnswers, record }: Trial,
  round: number,
): void {
  printRow([subject, round, rounded(totalMs), rounded(longestMs), staleAnswers]);
  mkdirSync(RECORDS, { recursive: true });
  const lines = record.map(({ opened, ended, by }) => `${opened} ${ended} ${by ?? '-'}\n`);
  writeFileSync(`${RECORDS}/${name}-${subject}-${round}.txt`, lines.join(''));
}

function rowOf({ name }: Case, subject: string, all: readonly Trial[]): FailoverRow {
  const trials = all.filter((trial) => trial.subject === subject);
  const totals = trials.map(({ totalMs }) => totalMs);
  return {
    case: name,
    subject,
    trials: trials.length,
    p50Ms: rounded(percentile(totals, 50)),
    p95Ms: rounded(percentile(totals, 95)),
    maxMs: rounded(Math.max(...totals)),
    longestGapMs: rounded(Math.max(...trials.map(({ longestMs }) => longestMs))),
    staleAnswers: trials.reduce((sum, trial) => sum + trial.staleAnswers, 0),
  };
}

function rounded(milliseconds: number): number {
  return Math.round(10 * milliseconds) / 10;
}

/** What an elector costs at rest: memory, CPU, requests to the API server, its image and its start. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { nodeFaults } from '../../cluster/faults';
import { RUNTIME_IMAGE } from '../../cluster/images';
import { apply, kubectl, list, tryKubectl } from '../../cluster/kubectl';
import type { Pod } from '../../cluster/objects';
import { readyPods } from '../../cluster/pods';
import { type Access, withAccess } from '../electors';
import { CLIENT_GO_IMAGE, SUBJECTS, type Subject, addClients } from '../failover/subjects';
import { renderSystem } from '../render';
import { FOOTPRINT_RESULTS, writeReport } from '../report';
import { type Figure, writeRows } from '../results';
import { auditLog, reachesBack, requestsByAccount } from './audit';
import * as many from './many-groups';
import { cpuTimes, millicores, processOf } from './process';
import { clientGoCommand, containerStart, programStart, runtimeCommand } from './start';

const NAMESPACE = 'ha-bench-footprint';

/** Groups of these sizes stand beside each other. */
const SIZES = [2, 3, 5];
const REFERENCE = 3;

/** Until starts are forgotten. */
const CALM_MS = 30_000;

/** As long as a watch of this runtime: each begins again once in that time. */
const REST_MS = 600_000;

const MINUTE_MS = 60_000;

const STARTS = 7;

const PARTS: Readonly<Record<string, () => Promise<Figure[]>>> = {
  images: imageSizes,
  rest: atRest,
  starts,
  many: manyGroups,
};

const subjects = SUBJECTS.filter(({ name }) => name !== 'label');

export async function benchFootprint(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { parts: { type: 'string' } } });
  const names = values.parts?.split(',') ?? Object.keys(PARTS);
  const measures = names.flatMap((name) => PARTS[name] ?? []);
  if (measures.length < names.length) {
    console.error(`--parts takes some of ${Object.keys(PARTS).join(', ')}, with commas.`);
    process.exitCode = 2;
    return;
  }
  if (nodeFaults === undefined) {
    console.error(
      'footprint needs TEST_CLUSTER_COMMAND: processes are looked at on their nodes, requests in the audit log.',
    );
    process.exitCode = 2;
    return;
  }
  try {
    await addGroups();
    await many.addManyGroups();
    for (const measure of measures) record(await measure());
    writeReport();
  } finally {
    // What went wrong before is not hidden by what goes wrong here.
    await tryKubectl(['delete', 'namespace', NAMESPACE, many.NAMESPACE, '--ignore-not-found']);
  }
}

function record(figures: readonly Figure[]): void {
  writeRows(FOOTPRINT_RESULTS, figures);
  for (const { figure, subject, value, unit } of figures)
    console.log(`${subject}: ${figure}: ${value} ${unit}`);
}

async function addGroups(): Promise<void> {
  await apply(
    renderSystem(NAMESPACE, (chart) => {
      for (const { add, name } of subjects) for (const size of SIZES) add(chart, size, groupOf(name, size));
      addClients(chart);
    }),
  );
  for (const { name } of subjects)
    for (const size of SIZES) await readyPods(NAMESPACE, labelOf(groupOf(name, size)), size);
}

interface NodeImage {
  /** Null of an image whose name another one has taken. */
  readonly names: readonly string[] | null;
  readonly sizeBytes: number;
}

async function imageSizes(): Promise<Figure[]> {
  const path = 'jsonpath={.items[0].status.images}';
  const images = JSON.parse(await kubectl(['get', 'nodes', '-o', path])) as NodeImage[];
  const sizeOf = (image: string) => images.find(({ names }) => names?.includes(image))?.sizeBytes ?? NaN;
  return subjects.map(({ name, election }) =>
    figureOf(
      'image on the node',
      name,
      'MB',
      sizeOf(election === 'runtime' ? RUNTIME_IMAGE : CLIENT_GO_IMAGE) / 1e6,
    ),
  );
}

async function atRest(): Promise<Figure[]> {
  await sleep(CALM_MS);
  const nodes = (await list('node', NAMESPACE)).map(({ metadata }) => metadata.name);
  const [from, before] = [new Date(), await cpuTimes(NAMESPACE, nodes)];
  await sleep(REST_MS);
  const [to, after, log] = [new Date(), await cpuTimes(NAMESPACE, nodes), await auditLog()];
  if (!reachesBack(log, from)) throw new Error('the audit log began anew: measure again');
  const requests = requestsByAccount(log, NAMESPACE, from, to);
  const figures: Figure[] = [];
  for (const subject of subjects) {
    const pods = await list('pod', NAMESPACE, labelOf(groupOf(subject.name, REFERENCE)));
    figures.push(...(await memoryOf(subject, pods)));
    const used = pods.map(({ metadata: { name } }) => {
      const key = `${name}/${containerOf(subject, REFERENCE)}`;
      const [first, last] = [before.get(key), after.get(key)];
      return first && last ? millicores(first, last) : NaN;
    });
    figures.push(figureOf('CPU at rest, the busiest of three', subject.name, 'mCPU', Math.max(...used)));
    for (const size of SIZES) {
      const sent = requests.get(groupOf(subject.name, size)) ?? NaN;
      const perMinute = (60_000 * sent) / (to.getTime() - from.getTime());
      figures.push(figureOf(`API requests of a group of ${size}`, subject.name, '/min', perMinute));
    }
  }
  return figures;
}

async function memoryOf(subject: Subject, pods: readonly Pod[]): Promise<Figure[]> {
  const container = containerOf(subject, REFERENCE);
  const sizes = await Promise.all(
    pods.map(
      async ({ metadata: { name } }) => (await processOf({ namespace: NAMESPACE, pod: name, container })).rss,
    ),
  );
  return [figureOf('resident memory, the largest of three', subject.name, 'MiB', Math.max(...sizes))];
}

async function starts(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const subject of subjects) {
    const group = groupOf(subject.name, REFERENCE);
    const pod = await standbyOf(group);
    const where = { namespace: NAMESPACE, pod, container: containerOf(subject, REFERENCE) };
    const healthy = await containerStart(where, STARTS);
    figures.push(figureOf('container start to /healthz', subject.name, 'ms', healthy));
    const listening = await withAccess(many.NAMESPACE, (access) => programTime(subject, pod, access));
    figures.push(figureOf('program start to listening', subject.name, 'ms', listening));
  }
  return figures;
}

async function programTime(
  { election }: Subject,
  pod: string,
  { folder, kubeconfig }: Access,
): Promise<number> {
  const command =
    election === 'runtime' ? await runtimeCommand(NAMESPACE, pod, folder) : clientGoCommand(kubeconfig);
  return programStart(command, STARTS);
}

async function manyGroups(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const subject of subjects) {
    const requests = await withAccess(many.NAMESPACE, (access) => {
      const isOurs = subject.election === 'runtime';
      const electors = isOurs ? many.ourElectors(access) : many.peerElectors(access, subject);
      // The peer has no watch that begins again.
      const minutes = isOurs ? REST_MS / MINUTE_MS : 1;
      return many.whileRunning(electors, isOurs ? 'group-' : subject.name, () => requestsOfMany(minutes));
    });
    const what = `API requests of ${many.GROUPS} groups of ${many.MEMBERS}`;
    figures.push(figureOf(what, subject.name, '/min', requests));
  }
  return figures;
}

/** A minute's. So many requests fill the log: it is read every minute, and a minute in which it began anew is left out. */
async function requestsOfMany(minutes: number): Promise<number> {
  await sleep(CALM_MS);
  const counts: number[] = [];
  while (counts.length < minutes) {
    const from = new Date();
    await sleep(MINUTE_MS);
    const [to, log] = [new Date(), await auditLog()];
    if (!reachesBack(log, from)) continue;
    const requests = [...requestsByAccount(log, many.NAMESPACE, from, to).values()];
    const sent = requests.reduce((sum, count) => sum + count, 0);
    counts.push((MINUTE_MS * sent) / (to.getTime() - from.getTime()));
  }
  return counts.reduce((sum, count) => sum + count, 0) / counts.length;
}

async function standbyOf(group: string): Promise<string> {
  const pods = await list('pod', NAMESPACE, labelOf(group));
  return pods.find(({ metadata }) => metadata.labels?.['role'] === 'backup')?.metadata.name ?? '';
}

function groupOf(subject: string, size: number): string {
  return `${subject}-${size}`;
}

function labelOf(group: string): string {
  return `app.kubernetes.io/instance=${group}`;
}

/** Where the election runs. */
function containerOf({ election, name }: Subject, size: number): string {
  return election === 'runtime' ? 'elector' : groupOf(name, size);
}

function figureOf(figure: string, subject: string, unit: string, value: number): Figure {
  return { figure, subject, unit, value: Math.round(10 * value) / 10 };
}

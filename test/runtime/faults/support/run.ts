/** Many schedules, several at a time, each in a lane of its own. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiServer, type Upstream, findApiServer, tokenOf } from '../../../../cluster/api-server';
import { apply, kubectl } from '../../../../cluster/kubectl';
import { Recorder } from '../../../../cluster/recorder';
import { runtimeRules } from '../../../../lib/leader/permissions';
import { type Certificate, makeCertificate } from './certificate';
import { removeLeftovers } from './faketime';
import { Group, type Lane, type Outcome } from './group';
import { Machine } from './machine';
import { RUNTIME } from './paths';
import { Pool } from './pool';
import { MOST_MEMBERS, type Schedule } from './schedule';
import { playWithSecondTries } from './second-try';

/** A group waits for most of its time. */
const LANES_PER_CPU = 6;

/** The account of what the test does by hand. */
const HAND = 'hand';

/** Where pods have the folder that elector and gate share: a disk has pauses of its own. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly [more: string]: unknown;
}

const RBAC = 'rbac.authorization.k8s.io';

export class Run {
  private readonly folder = mkdtempSync(join(MEMORY, 'faults-'));
  private upstream: Upstream | undefined;
  private recorder: Recorder | undefined;
  private machine: Machine | undefined;
  private opening: Promise<void> | undefined;

  constructor(private readonly namespace: string) {}

  /** Begins with all of them; each outcome comes when it is there. */
  async start(schedules: readonly Schedule[]): Promise<readonly Promise<Outcome>[]> {
    const { namespace, folder } = this;
    await kubectl(['create', 'namespace', namespace]);
    const names = Array.from({ length: LANES_PER_CPU * availableParallelism() }, (_, index) => `g${index}`);
    await apply([...handObjects(), ...names.flatMap(laneObjects)].map(asManifest(namespace)).join('\n---\n'));
    const certificate = makeCertificate(folder);
    const upstream = await findApiServer();
    this.upstream = upstream;
    const api = new ApiServer(upstream, await tokenOf(namespace, HAND));
    this.recorder = new Recorder(api, namespace);
    await this.recorder.start();
    const runtime = join(folder, 'runtime.js');
    copyFileSync(RUNTIME, runtime);
    this.machine = new Machine(api, namespace);
    const { recorder, machine } = this;
    const around = { upstream, certificate, api, recorder, machine, namespace, folder, runtime };
    void machine.watch();
    const lanes = new Pool<Lane>();
    this.opening = this.open(lanes, names, certificate);
    const play = (schedule: Schedule) => lanes.use((lane) => new Group(schedule, lane, around).run());
    return playWithSecondTries(schedules, play);
  }

  async end(): Promise<void> {
    await this.opening;
    this.machine?.end();
    this.recorder?.end();
    this.upstream?.agent.destroy();
    rmSync(this.folder, { recursive: true });
    removeLeftovers();
  }

  /** One after the other, so that not all groups begin in the same moment. */
  private async open(lanes: Pool<Lane>, names: readonly string[], { cert }: Certificate): Promise<void> {
    for (const [index, name] of names.entries()) lanes.give(await this.makeLane(name, index, cert));
  }

  private async makeLane(group: string, index: number, ca: Buffer): Promise<Lane> {
    const credentials = join(this.folder, `${group}-credentials`);
    mkdirSync(credentials);
    writeFileSync(join(credentials, 'ca.crt'), ca);
    writeFileSync(join(credentials, 'token'), await tokenOf(this.namespace, group));
    // Two runs on one machine have different addresses.
    return { group, credentials, addresses: `127.${16 + (process.pid % 200)}.${index}` };
  }
}

/** An account that may do what the chart gives to the runtime, and a Service that selects nothing. */
function laneObjects(group: string): Manifest[] {
  const pods = Array.from({ length: MOST_MEMBERS }, (_, index) => `${group}-${index}`);
  const service = { ports: [{ name: 'http', port: 80 }] };
  return [
    ...account(group, runtimeRules({ lease: group, slices: [group], pods })),
    { apiVersion: 'v1', kind: 'Service', metadata: { name: group }, spec: service },
  ];
}

function handObjects(): Manifest[] {
  return account(HAND, [
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['*'] },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['*'] },
    { apiGroups: [''], resources: ['pods'], verbs: ['*'] },
  ]);
}

function account(name: string, rules: readonly object[]): Manifest[] {
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } },
    { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: { name }, rules },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata: { name },
      roleRef: { apiGroup: RBAC, kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name }],
    },
  ];
}

function asManifest(namespace: string): (object: Manifest) => string {
  return ({ metadata, ...object }) => JSON.stringify({ ...object, metadata: { ...metadata, namespace } });
}

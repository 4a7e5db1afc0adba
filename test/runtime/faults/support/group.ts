/** A group under one schedule: made, disturbed, checked and removed. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiServer, Upstream } from '../../../../cluster/api-server';
import { type MemberFacts, ROLE } from '../../../../cluster/processes/elector-command';
import type { Recorder } from '../../../../cluster/recorder';
import { TERM_ANNOTATION } from '../../../../lib/leader/term';
import { GROUP_PATHS } from '../../../../runtime/kubernetes/paths';
import { uptime } from '../../../../runtime/uptime';
import { Random } from '../../election/random';
import type { Certificate } from './certificate';
import { overruns, unrest, violations } from './checker';
import { FAKETIME } from './faketime';
import { Hand } from './hand';
import type { Change, History, Remark } from './history';
import { inject } from './injection';
import type { Machine } from './machine';
import { Member } from './member';
import { FaultProxy } from './proxy';
import { report } from './report';
import { type Schedule, movesClock } from './schedule';

/** What all groups of a run share. */
export interface Surroundings {
  readonly upstream: Upstream;
  readonly certificate: Certificate;
  readonly api: ApiServer;
  readonly recorder: Recorder;
  readonly machine: Machine;
  readonly namespace: string;
  readonly folder: string;

  /** A copy of the bundle, which somebody may build again meanwhile. */
  readonly runtime: string;
}

/** A place for one group after the other: its name, its account's token, its addresses. */
export interface Lane {
  readonly group: string;
  readonly credentials: string;

  /** The first three numbers of its addresses on this machine. */
  readonly addresses: string;
}

export interface Outcome {
  /** Of what must never be, whatever the machine is busy with. */
  readonly violations: readonly string[];

  /** What a machine that is too busy may be to blame for: above all, no rest when all faults and all patience were over. */
  readonly restless: readonly string[];

  /** What a person needs to understand both; nothing when there are none. */
  readonly report: string;

  /** Of a group that was tried again alone. */
  readonly isSecond: boolean;

  /** How many times an application began to lead. */
  readonly leads: number;
}

/** Beyond a lease: a watch that was in its longest pause, a start, and a slow machine. */
const ROOM_MS = 25_000;
const LIMIT_MS = 180_000;
const LONGEST_LEASE_MS = 6000;
const POLL_MS = 200;

export class Group {
  private readonly remarks: Remark[] = [];
  private readonly changes: Omit<Change, 'byHand'>[] = [];
  private readonly hand: Hand;
  private members: readonly Member[] = [];

  constructor(
    private readonly schedule: Schedule,
    private readonly lane: Lane,
    private readonly around: Surroundings,
  ) {
    this.hand = new Hand(around.api, around.namespace, lane.group);
  }

  async run(): Promise<Outcome> {
    const { recorder } = this.around;
    const forget = recorder.listen(this.lane.group, (seen) => this.changes.push(seen));
    try {
      const restless = await this.endure().finally(() => this.end());
      const history = this.history();
      const found = [...recorder.missing, ...violations(history)];
      const late = [...restless, ...overruns(history), ...this.unlikeExpected(history)];
      const all = [...found, ...late];
      return {
        violations: found,
        restless: late,
        report: all.length > 0 ? report(this.schedule, all, history) : '',
        isSecond: false,
        leads: history.runs.length,
      };
    } finally {
      forget();
      await this.remove();
    }
  }

  /** From the first leader until all faults are over; what is not as it should be then. */
  private async endure(): Promise<readonly string[]> {
    await this.around.machine.mayBegin();
    const members = await this.makeMembers();
    this.members = members;
    for (const member of members) member.start();
    const before = await this.untilRest('at the beginning');
    if (before.length > 0) return before;
    await inject(this.schedule.steps, {
      members,
      hand: this.hand,
      holder: () => this.around.recorder.get('Lease', this.lane.group)?.spec?.holderIdentity ?? '',
      remark: (text) => this.remark(text),
    });
    this.remark('all faults are over');
    return this.untilRest('after the faults');
  }

  private unlikeExpected({ runs }: History): readonly string[] {
    const { leads } = this.schedule;
    if (leads === undefined || runs.length === leads) return [];
    return [`an application began to lead ${runs.length} times, and not ${leads}`];
  }

  private async end(): Promise<void> {
    await Promise.all(this.members.map((member) => member.end()));
  }

  /** Only the time counts in which the machine is fast enough, but for a limit that nothing excuses. */
  private async untilRest(when: string): Promise<readonly string[]> {
    const limit = uptime() + LIMIT_MS;
    for (let left = LONGEST_LEASE_MS + ROOM_MS; ;) {
      const found = this.unrest();
      if (found.length === 0) return [];
      if (left <= 0 || uptime() > limit) return found.map((what) => `no rest ${when}: ${what}`);
      await sleep(POLL_MS);
      if (this.around.machine.isCalm) left -= POLL_MS;
    }
  }

  private unrest(): readonly string[] {
    const { recorder } = this.around;
    const { group } = this.lane;
    const { members, routing, runs } = this.history();
    return unrest({
      members,
      routing,
      runs,
      lease: recorder.get('Lease', group),
      slice: recorder.get('EndpointSlice', group),
      pods: members.flatMap(({ pod }) => recorder.get('Pod', pod) ?? []),
      now: uptime(),
    });
  }

  private history(): History {
    return {
      members: this.members.map(({ facts }) => facts),
      timing: this.schedule.timing,
      routing: this.schedule.routing,
      standby: this.schedule.standby,
      asksPeersFor: this.schedule.asksPeersFor,
      changes: this.changes.map((change) => ({ ...change, byHand: this.hand.versions.has(change.version) })),
      runs: this.members.flatMap((member) => member.runs()),
      refusals: this.members.flatMap((member) => member.refusals()),
      hindrances: this.members.flatMap(({ hindrances }) => hindrances),
      crashes: this.members.flatMap(({ crashes }) => crashes),
      remarks: this.remarks,
    };
  }

  private remark(text: string): void {
    this.remarks.push({ at: uptime(), text });
  }

  private async makeMembers(): Promise<[Member, ...Member[]]> {
    const peers = Array.from({ length: this.schedule.members }, (_, index) => `${this.lane.group}-${index}`);
    const [first, ...others] = await Promise.all(
      peers.map((pod, index) => this.makeMember(pod, index, peers)),
    );
    if (first === undefined) throw new Error('a group has members');
    return [first, ...others];
  }

  private async makeMember(pod: string, index: number, peers: readonly string[]): Promise<Member> {
    const { namespace, upstream, certificate, runtime } = this.around;
    const { group, credentials, addresses } = this.lane;
    const random = new Random(this.schedule.seed + index);
    const proxy = new FaultProxy(upstream, certificate, () => random.below(100));
    const folder = join(this.folder, pod);
    mkdirSync(folder, { recursive: true });
    return new Member({
      facts: await this.makePod(pod, index),
      group,
      namespace,
      schedule: this.schedule,
      peers,
      addresses: peers.map((_, number) => `${addresses}.${number + 1}`),
      index,
      folder,
      credentials,
      runtime,
      proxy,
      proxyPort: await proxy.listen(),
      hasOwnClock: FAKETIME !== undefined && movesClock(this.schedule),
      remark: (text) => this.remark(text),
    });
  }

  /** No scheduler of that name gives it a node, and no kubelet runs it. */
  private async makePod(name: string, index: number): Promise<MemberFacts> {
    const reply = await this.around.api.call('POST', GROUP_PATHS.pods(this.around.namespace), {
      metadata: { name, labels: { [ROLE.label]: ROLE.standby }, annotations: { [TERM_ANNOTATION]: '0' } },
      spec: { schedulerName: 'none', containers: [{ name: 'application', image: 'application:1' }] },
    });
    if (reply === undefined) throw new Error(`the pod ${name} cannot be made`);
    return { pod: name, uid: reply.object.metadata.uid, ip: `10.0.0.${index + 1}` };
  }

  private async remove(): Promise<void> {
    const { api, namespace, recorder } = this.around;
    const { group } = this.lane;
    await api.call('DELETE', `${GROUP_PATHS.leases(namespace)}/${group}`);
    await api.call('DELETE', `${GROUP_PATHS.slices(namespace)}/${group}`);
    const pods = this.members.map(({ facts }) => `${GROUP_PATHS.pods(namespace)}/${facts.pod}`);
    await Promise.all(pods.map((path) => api.call('DELETE', `${path}?gracePeriodSeconds=0`)));
    while (!recorder.isGone(group)) await sleep(POLL_MS);
    rmSync(this.folder, { recursive: true });
  }

  private get folder(): string {
    return join(this.around.folder, this.lane.group);
  }
}

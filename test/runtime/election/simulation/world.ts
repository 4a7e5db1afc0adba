/**
 * Members, their gates and an API server in virtual time: requests are late, lost before or after they count, processes
 * pause and die, people edit the Lease. It keeps the contract of docs/decisions/0002-runtime-contract.md, and records
 * when applications ran.
 */
import { Random } from '../random';
import { ApiServer } from './api-server';
import type { Fault, Who } from './faults';
import type { Group } from './group';
import { Member } from './member';
import { precede } from './predecessor';
import { TIMING, TIMINGS } from './timing';

/** One run of an application. */
export interface Run {
  readonly member: number;
  readonly term: number;
  readonly start: number;
  end: number;
}

interface Job {
  readonly at: number;
  readonly run: () => void;
}

export class World {
  now = 1000;
  readonly runs: Run[] = [];

  /** Those of hot standbys that began before the deadline of an earlier lead whose application had not been demoted. */
  readonly tooEarly: Run[] = [];
  readonly api = new ApiServer();
  readonly members: Member[];
  readonly random: Random;
  readonly troubles = new Map<string, number>();
  private readonly pods: readonly string[];
  private replaced = 0;
  private jobs: Job[] = [];

  constructor(
    count: number,
    seed: number,
    readonly group: Group = {},
  ) {
    this.random = new Random(seed);
    this.pods = Array.from({ length: count }, (_, index) => `pod-${index}`);
    if (group.predecessor) precede(this, group.predecessor);
    const { timings = [TIMING] } = group;
    this.members = this.pods.map((_, index) => {
      return new Member(this, index, timings[index % timings.length] ?? TIMING, this.pods);
    });
  }

  later(delay: number, run: () => void): void {
    const at = this.now + delay;
    // Of jobs at one time the first that was asked for comes first.
    const place = this.jobs.findLastIndex((job) => job.at <= at) + 1;
    this.jobs.splice(place, 0, { at, run });
  }

  /** Lets so much time pass. */
  pass(time: number): void {
    const end = this.now + time;
    while (this.goOn(end));
  }

  /** The same, with all that follows from a promise before what comes next. */
  async passing(time: number): Promise<void> {
    const end = this.now + time;
    while (this.goOn(end)) await new Promise(setImmediate);
  }

  /** Does what is next, if it comes before this time. */
  private goOn(end: number): boolean {
    const [next] = this.jobs;
    const isDue = next !== undefined && next.at <= end;
    this.now = isDue ? next.at : end;
    if (isDue) this.jobs.shift();
    if (isDue) next.run();
    return isDue;
  }

  hasTrouble(kind: string, member: number): boolean {
    return [kind, `${kind} ${member}`].some((key) => (this.troubles.get(key) ?? 0) > this.now);
  }

  areParted(members: readonly [number, number]): boolean {
    return (this.troubles.get(partKey(members)) ?? 0) > this.now;
  }

  inflict(fault: Fault): void {
    const until = this.now + fault.for;
    const { lease } = this.api;
    switch (fault.kind) {
      case 'lose-requests':
      case 'lose-answers':
      case 'delay':
      case 'fail-checks':
      case 'fail-hooks':
      case 'slow-hooks':
      case 'lose-hooks':
        this.troubles.set(this.keyOf(fault.kind, fault.member), until);
        return;
      case 'stop-watches':
      case 'delay-peers':
        this.troubles.set(fault.kind, until);
        return;
      case 'part':
        this.troubles.set(partKey(fault.members), until);
        return;
      case 'delete-lease':
        return this.api.delete();
      case 'empty-lease':
        if (lease) this.api.write({ ...lease, holder: '' });
        return;
      case 'clear-lease':
        if (lease) this.api.write({ ...lease, holder: '', acquired: '' });
        return;
      case 'restore-lease':
        if (this.members.every(({ elector }) => elector?.knows(lease))) this.api.restore(fault.back);
        return;
      case 'give-to':
        if (lease) this.api.write({ ...lease, holder: this.memberOf(fault.member).settings.identity });
        return;
      case 'edit-duration':
        if (lease) this.api.write({ ...lease, duration: fault.seconds * 1000 });
        return;
      case 'edit-failsafe':
        if (lease) this.api.write({ ...lease, failsafe: fault.failsafe });
        return;
      case 'silence':
        for (const member of fault.member === undefined ? this.members : [this.memberOf(fault.member)]) {
          member.suffer('silence', until);
        }
        return;
      case 'replace':
        return this.leave(this.memberOf(fault.member), fault.timing);
      case 'replace-by-force':
        return this.replace(this.memberOf(fault.member), fault.timing);
      default:
        return this.memberOf(fault.member).suffer(fault.kind, until);
    }
  }

  private leave(member: Member, timing: number): void {
    member.leave(() => this.replace(member, timing));
  }

  private replace({ index }: Member, timing: number): void {
    this.replaced += 1;
    this.members[index] = new Member(this, index, TIMINGS[timing] ?? TIMING, this.pods, this.replaced);
  }

  /** Of one member, or of all. */
  private keyOf(kind: string, member: Who | undefined): string {
    return member === undefined ? kind : `${kind} ${this.memberOf(member).index}`;
  }

  private memberOf(who: Who): Member {
    const index = who === 'leader' ? (this.runs.at(-1)?.member ?? 0) : who;
    const member = this.members[Math.max(index, 0) % this.members.length];
    if (!member) throw new Error('a world has members');
    return member;
  }
}

function partKey([one, other]: readonly [number, number]): string {
  return `part ${Math.min(one, other)} ${Math.max(one, other)}`;
}

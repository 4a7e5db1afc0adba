/**
 * Members, their gates and an API server in virtual time: requests are late, lost before or after they count, processes
 * pause and die, people edit the Lease. It keeps the contract of docs/decisions/0002-runtime-contract.md, and records
 * when applications ran.
 */
import { Random } from '../random';
import { ApiServer } from './api-server';
import type { Fault } from './faults';
import { Member } from './member';

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
  readonly api = new ApiServer();
  readonly members: Member[];
  readonly random: Random;
  readonly troubles = new Map<string, number>();
  private jobs: Job[] = [];

  constructor(count: number, seed: number) {
    this.random = new Random(seed);
    this.members = Array.from({ length: count }, (_, index) => new Member(this, index));
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
    for (;;) {
      const [next] = this.jobs;
      if (!next || next.at > end) break;
      this.jobs.shift();
      this.now = next.at;
      next.run();
    }
    this.now = end;
  }

  hasTrouble(kind: string, member: number): boolean {
    return [kind, `${kind} ${member}`].some((key) => (this.troubles.get(key) ?? 0) > this.now);
  }

  inflict(fault: Fault): void {
    const until = this.now + fault.for;
    const { lease } = this.api;
    switch (fault.kind) {
      case 'lose-requests':
      case 'lose-answers':
      case 'delay':
        this.troubles.set(fault.member === undefined ? fault.kind : `${fault.kind} ${fault.member}`, until);
        return;
      case 'stop-watches':
        this.troubles.set('stop-watches', until);
        return;
      case 'delete-lease':
        return this.api.delete();
      case 'empty-lease':
        if (lease) this.api.write({ ...lease, holder: '' });
        return;
      case 'give-to':
        if (lease) this.api.write({ ...lease, holder: this.memberOf(fault.member).settings.identity });
        return;
      case 'edit-duration':
        if (lease) this.api.write({ ...lease, duration: fault.seconds * 1000 });
        return;
      default:
        return this.memberOf(fault.member).suffer(fault.kind, until);
    }
  }

  private memberOf(index: number): Member {
    const member = this.members[index % this.members.length];
    if (!member) throw new Error('a world has members');
    return member;
  }
}

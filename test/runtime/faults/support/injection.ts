/** Makes the faults of a schedule happen to a group. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, type Who, durationOf } from './faults';
import type { Hand } from './hand';
import { identityOf } from './history';
import type { Member } from './member';
import type { Step } from './schedule';

export interface Subject {
  readonly members: readonly [Member, ...Member[]];
  readonly hand: Hand;

  /** `holderIdentity` of the Lease as it is. */
  readonly holder: () => string;
  readonly remark: (text: string) => void;
}

/** Resolves when all is over, and nothing is disturbed any more. */
export async function inject(steps: readonly Step[], subject: Subject): Promise<void> {
  await Promise.all(
    steps.map(async ({ at, fault }) => {
      await sleep(at);
      const whom = memberOf('who' in fault && isWho(fault.who) ? fault.who : 'leader', subject);
      subject.remark(`FAULT ${whom.facts.pod} ${JSON.stringify(fault)}`);
      const undo = await begin(fault, whom, subject);
      await sleep(durationOf(fault));
      undo();
      if (durationOf(fault) > 0) subject.remark(`over: ${whom.facts.pod} ${JSON.stringify(fault)}`);
    }),
  );
}

/** @returns what ends it */
async function begin(fault: Fault, whom: Member, { members, hand }: Subject): Promise<() => void> {
  const other = members.find((member) => member !== whom) ?? members[0];
  const hit = (who: Extract<Fault, { kind: 'network' }>['who']) => {
    if (who === 'all-but-other') return members.filter((member) => member !== other);
    return who === 'all' ? members : [whom];
  };
  switch (fault.kind) {
    case 'kill':
      whom.kill(fault.target);
      break;
    case 'terminate':
      whom.terminate(fault.target);
      break;
    case 'release':
      whom.release();
      break;
    case 'clock':
      whom.setClock(fault.hours);
      break;
    case 'lease':
      await hand.lease(fault.edit, other.facts);
      break;
    case 'slice':
      await hand.slice(fault.edit, other.facts);
      break;
    case 'label':
      await hand.label(whom.facts, fault.value);
      break;
    case 'stop':
      return whom.stop(fault.target);
    case 'ill':
      return whom.ail(fault);
    case 'part':
      return all([whom.part(other.facts), other.part(whom.facts)]);
    case 'network':
      return all(hit(fault.who).map(({ proxy }) => proxy.disturb(fault)));
  }
  return () => undefined;
}

function all(functions: readonly (() => void)[]): () => void {
  return () => {
    for (const one of functions) one();
  };
}

function isWho(who: Who | 'all' | 'all-but-other'): who is Who {
  return who !== 'all' && who !== 'all-but-other';
}

function memberOf(who: Who, { members, holder }: Subject): Member {
  const name = holder();
  const found =
    who === 'leader'
      ? members.find(({ facts }) => identityOf(facts) === name)
      : members[who % members.length];
  return found ?? members[0];
}

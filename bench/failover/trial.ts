/** One failover of one group, as a client on another node sees it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../cluster/wait';
import type { Case, Leader } from './cases';
import { addressOf, clientBeside } from './group';
import { type Connection, type Outage, hasSettled, outageOf } from './record';
import { type Sampling, sample } from './sampler';

export interface Trial extends Outage {
  readonly case: string;
  readonly subject: string;
  readonly record: readonly Connection[];
}

/** Undisturbed at first, so that nothing of what came before is in the record. */
const CALM_MS = 1500;

/** Served by another for so long, the failover is over. */
const SETTLED_MS = 3000;
const FAILOVER_LIMIT_MS = 60_000;

/** Strikes the leaders, all on the node of the first if it is the node that is struck. */
export async function runTrials(kase: Case, leaders: readonly Leader[]): Promise<Trial[]> {
  const watched = await Promise.all(leaders.map(watch));
  try {
    const [first] = leaders;
    if (first === undefined) return [];
    const struck = kase.strike(first);
    await Promise.all([struck, ...watched.map((one) => end(kase, one))]);
  } finally {
    await Promise.all(watched.map(({ sampling }) => sampling.stop()));
  }
  return watched.map(({ leader, sampling: { record } }) => ({
    case: kase.name,
    subject: leader.group,
    record,
    ...outageOf(record),
  }));
}

interface Watched {
  readonly leader: Leader;
  readonly sampling: Sampling;

  /** Who answered at first. */
  readonly former: string;
}

async function watch(leader: Leader): Promise<Watched> {
  const { namespace, group, node, pod } = leader;
  const client = await clientBeside(namespace, node);
  const sampling = sample(namespace, client, await addressOf(namespace, group));
  await eventually(`${pod} answers`, {
    look: () => Promise.resolve(sampling.record),
    until: (record) => hasSettled(record, '', CALM_MS) && record.at(-1)?.by?.split(' ')[0] === pod,
    show: (record) => record.at(-1),
  });
  return { leader, sampling, former: sampling.record.at(-1)?.by ?? '' };
}

async function end({ name, watchMs }: Case, { leader, sampling, former }: Watched): Promise<void> {
  if (watchMs !== undefined) await sleep(watchMs);
  await eventually(`${leader.group} is led by another after it was ${name}`, {
    look: () => Promise.resolve(sampling.record),
    until: (record) => watchMs !== undefined || hasSettled(record, former, SETTLED_MS),
    show: (record) => record.at(-1),
    limitMs: FAILOVER_LIMIT_MS,
  });
}

/** What happens to masters: to each of them, or to the node that they are all on. */
import { setTimeout as sleep } from 'node:timers/promises';
import { deletePod, faults } from '../../cluster/faults';
import { kubectl } from '../../cluster/kubectl';
import { whilePutting } from '../../cluster/memcache/client';
import { MEMBERS_LABEL, killProgram } from '../../cluster/memcache/members';
import { drain, uncordon } from '../../cluster/nodes';
import type { Leader } from './groups';
import type { FaultName } from './table';

export interface Fault {
  readonly name: FaultName;
  readonly needsFaults: boolean;

  /** Whether it takes all masters at once, which must be on one node then. */
  readonly ofNode: boolean;

  /** Resolves when it is over, unless `mend` ends it. */
  readonly strike: (leaders: readonly Leader[]) => Promise<void>;

  /** After the clients have been watched. */
  readonly mend?: (leaders: readonly Leader[]) => Promise<void>;
}

/** kube-proxy applies one change a second: groups that are struck in the same moment would wait for each other. */
const APART_MS = 3000;

const STATEFUL_SET = 'meta-service-pod';

/** As long as in the failover benchmark: longer than any Lease. */
const FROZEN_MS = 25_000;

export const FAULTS: readonly Fault[] = [
  {
    name: 'deleted',
    needsFaults: false,
    ofNode: false,
    strike: (leaders) =>
      oneAfterAnother(leaders, async ({ group: { namespace }, pod }) => {
        await deletePod(namespace, pod);
      }),
  },
  {
    name: 'killed',
    needsFaults: true,
    ofNode: false,
    strike: (leaders) => oneAfterAnother(leaders, kill),
    mend: replacePods,
  },
  {
    name: 'killed-putting',
    needsFaults: true,
    ofNode: false,
    strike: async (leaders) => {
      // Clients that put as fast as they can would take the machine from each other.
      for (const leader of leaders) await whilePutting(leader.group.namespace, () => kill(leader));
    },
    mend: replacePods,
  },
  {
    name: 'rolled-out',
    needsFaults: false,
    ofNode: false,
    strike: (leaders) => oneAfterAnother(leaders, rollOut),
  },
  {
    name: 'drained',
    needsFaults: false,
    ofNode: true,
    strike: (leaders) => drain(nodeOf(leaders), MEMBERS_LABEL),
    mend: (leaders) => uncordon(nodeOf(leaders)),
  },
  {
    name: 'frozen',
    needsFaults: true,
    ofNode: true,
    strike: async (leaders) => {
      await faults().freeze(nodeOf(leaders));
      await sleep(FROZEN_MS).finally(() => faults().thaw(nodeOf(leaders)));
    },
    mend: async (leaders) => {
      await untilReady(nodeOf(leaders));
      await replacePods(leaders);
    },
  },
  {
    name: 'powered-off',
    needsFaults: true,
    ofNode: true,
    strike: (leaders) => faults().stop(nodeOf(leaders)),
    mend: async (leaders) => {
      await faults().start(nodeOf(leaders));
      await untilReady(nodeOf(leaders));
    },
  },
];

function nodeOf([first]: readonly Leader[]): string {
  return first?.node ?? '';
}

async function oneAfterAnother(
  leaders: readonly Leader[],
  strike: (leader: Leader) => Promise<void>,
): Promise<void> {
  await Promise.all(
    leaders.map(async (leader, index) => {
      await sleep(index * APART_MS);
      await strike(leader);
    }),
  );
}

/** With its own election MetaService is the first process of its container, which nothing inside can kill. */
function kill({ group: { namespace, election }, pod }: Leader): Promise<void> {
  return election === 'runtime'
    ? killProgram(namespace, pod)
    : faults().killContainer(namespace, pod, 'meta-service');
}

/** As a changed configuration is: both members are replaced, the master too. */
async function rollOut({ group: { namespace } }: Leader): Promise<void> {
  await kubectl(['rollout', 'restart', 'statefulset', STATEFUL_SET, '-n', namespace]);
  await kubectl(['rollout', 'status', 'statefulset', STATEFUL_SET, '-n', namespace, '--timeout=180s']);
}

/** A container that ends again and again is started later each time; a new pod's is not. */
async function replacePods(leaders: readonly Leader[]): Promise<void> {
  await Promise.all(leaders.map(({ group: { namespace }, pod }) => deletePod(namespace, pod)));
}

async function untilReady(node: string): Promise<void> {
  await kubectl(['wait', '--for=condition=Ready', '--timeout=180s', `node/${node}`]);
}

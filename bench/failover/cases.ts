/** What happens to the leader, and how long its clients are watched. */
import { setTimeout as sleep } from 'node:timers/promises';
import { faults } from '../../cluster/faults';
import { exec, kubectl } from '../../cluster/kubectl';
import type { Election } from './subjects';

export interface Leader {
  readonly namespace: string;

  /** The StatefulSet's, and its main container's. */
  readonly group: string;
  readonly election: Election;
  readonly pod: string;
  readonly node: string;
}

export interface Case {
  readonly name: string;
  readonly shows: string;
  readonly trials: number;

  /** Whether it happens to a node, and with it to several leaders at once. */
  readonly ofNode: boolean;
  readonly needsFaults: boolean;

  /** Does it, and stays until the clients have been watched for long enough; undefined: until they are served again. */
  readonly strike: (leader: Leader) => Promise<void>;
  readonly watchMs?: number;

  /** Afterwards everything is as before. */
  readonly mend?: (leader: Leader) => Promise<void>;
}

const FROZEN_MS = 25_000;
const THAWED_MS = 5000;
const OFF_MS = 75_000;

export const CASES: readonly Case[] = [
  {
    name: 'deleted',
    shows: 'the pod is deleted',
    trials: 20,
    ofNode: false,
    needsFaults: false,
    strike: async ({ namespace, pod }) => {
      await kubectl(['delete', 'pod', pod, '-n', namespace, '--wait=false']);
    },
  },
  {
    name: 'killed',
    shows: 'the application is killed',
    trials: 20,
    ofNode: false,
    needsFaults: true,
    strike: killApplication,
    mend: replacePod,
  },
  {
    name: 'frozen',
    shows: `the node hangs for ${FROZEN_MS / 1000} s`,
    trials: 20,
    ofNode: true,
    needsFaults: true,
    strike: async ({ node }) => {
      await faults().freeze(node);
      await sleep(FROZEN_MS).finally(() => faults().thaw(node));
    },
    watchMs: FROZEN_MS + THAWED_MS,
    mend: replacePod,
  },
  {
    name: 'powered-off',
    shows: `the node is powered off, and watched for ${OFF_MS / 1000} s`,
    trials: 5,
    ofNode: true,
    needsFaults: true,
    strike: ({ node }) => faults().stop(node),
    watchMs: OFF_MS,
    mend: ({ node }) => faults().start(node),
  },
];

/** A container that ends again and again is started later each time; a new pod's is not. */
async function replacePod({ namespace, pod }: Leader): Promise<void> {
  await kubectl(['delete', 'pod', pod, '-n', namespace]);
}

/** The runtime's application is a child of the gate; the peer's is the first process, which nothing inside can kill. */
async function killApplication({ namespace, group, election, pod }: Leader): Promise<void> {
  if (election === 'client-go') return faults().killContainer(namespace, pod, group);
  await exec({ namespace, pod, container: group }, 'sh', '-c', 'kill -KILL $(pidof app)').catch(() => {
    // The container, and this command with it, may end first.
  });
}

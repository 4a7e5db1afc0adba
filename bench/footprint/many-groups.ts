/** Two hundred groups of three at once: what they ask of the API server at rest. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { list } from '../../cluster/kubectl';
import { eventually } from '../../cluster/wait';
import { type Access, addElectors } from '../electors';
import type { Subject } from '../failover/subjects';
import { CLIENT_GO_PROGRAM, type Command } from './start';

export const GROUPS = 200;
export const MEMBERS = 3;
export const NAMESPACE = 'ha-bench-many';

const LED_LIMIT_MS = 300_000;

export const groupName = (group: number): string => `group-${group}`;
export const memberName = (group: number, member: number): string => `${groupName(group)}-${member}`;

/** Their account, and a pod for each member. */
export async function addManyGroups(): Promise<void> {
  const members = Array.from({ length: GROUPS * MEMBERS }, (_, index) =>
    memberName(Math.floor(index / MEMBERS), index % MEMBERS),
  );
  await addElectors(NAMESPACE, members);
}

/** This runtime's, in one process. */
export function ourElectors({ folder, host, port }: Access): Command {
  const worker = join(__dirname, 'many-groups-worker.js');
  return { command: process.execPath, args: [worker, folder, host, port], env: {} };
}

/** The peer's, in one process. */
export function peerElectors({ kubeconfig }: Access, { name, times }: Subject): Command {
  const args = [`--kubeconfig=${kubeconfig}`, `--groups=${GROUPS}`, `--lease=${name}`, ...times];
  return { command: CLIENT_GO_PROGRAM, args, env: { POD_NAMESPACE: NAMESPACE } };
}

/** Runs the electors while something is measured; it begins when every Lease has a holder. */
export async function whileRunning<T>(
  { command, args, env }: Command,
  leases: string,
  use: () => Promise<T>,
): Promise<T> {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  try {
    await allLed(leases, child);
    return await use();
  } finally {
    child.kill('SIGKILL');
  }
}

function allLed(prefix: string, child: ChildProcess): Promise<unknown> {
  return eventually(`all groups of ${prefix} are led`, {
    look: () => list('lease', NAMESPACE),
    until: (leases) => {
      if (child.exitCode !== null) throw new Error(`the electors ended with ${child.exitCode}`);
      return (
        leases.filter((lease) => isHeld(lease.metadata.name, lease.spec.holderIdentity, prefix)).length ===
        GROUPS
      );
    },
    show: (leases) => leases.length,
    limitMs: LED_LIMIT_MS,
  });
}

function isHeld(name: string, holder: string | undefined, prefix: string): boolean {
  return name.startsWith(prefix) && holder !== undefined && holder !== '';
}

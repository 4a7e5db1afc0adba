/** Two hundred groups of three at once: what they ask of the API server at rest. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TERM_ANNOTATION } from '../../lib/leader/term';
import { kubectl, list } from '../../test/cluster/support/kubectl';
import { eventually } from '../../test/cluster/support/wait';
import type { Subject } from '../failover/subjects';
import { CLIENT_GO_PROGRAM, type Command } from './start';

export const GROUPS = 200;
export const MEMBERS = 3;
export const NAMESPACE = 'ha-bench-many';

const ACCOUNT = 'electors';
const LED_LIMIT_MS = 300_000;

export const groupName = (group: number): string => `group-${group}`;
export const memberName = (group: number, member: number): string => `${groupName(group)}-${member}`;

/** How to reach the cluster as the account. */
export interface Access {
  readonly folder: string;
  readonly host: string;
  readonly port: string;

  /** For client-go. */
  readonly kubeconfig: string;
}

/** Makes the account and the groups' pods, which are objects only: no scheduler takes them. */
export async function addManyGroups(): Promise<void> {
  const objects = [account(), role(), binding(), ...pods()];
  await kubectl(['create', 'namespace', NAMESPACE]);
  await kubectl(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
}

export async function withAccess<T>(use: (access: Access) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-electors-'));
  try {
    return await use(await accessIn(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function accessIn(folder: string): Promise<Access> {
  const token = (await kubectl(['create', 'token', ACCOUNT, '-n', NAMESPACE, '--duration=2h'])).trim();
  const view = ['config', 'view', '--raw', '--minify', '-o'];
  const server = await kubectl([...view, 'jsonpath={.clusters[0].cluster.server}']);
  const ca = await kubectl([...view, 'jsonpath={.clusters[0].cluster.certificate-authority-data}']);
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(join(folder, 'token'), token, { mode: 0o600 });
  writeFileSync(join(folder, 'ca.crt'), Buffer.from(ca, 'base64'));
  writeFileSync(kubeconfig, JSON.stringify(kubeconfigOf(server, ca, token)), { mode: 0o600 });
  const { hostname: host, port } = new URL(server);
  return { folder, host, port, kubeconfig };
}

function kubeconfigOf(server: string, ca: string, token: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'bench',
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
    clusters: [{ name: 'bench', cluster: { server, 'certificate-authority-data': ca } }],
    users: [{ name: 'bench', user: { token } }],
  };
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

function account(): object {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: ACCOUNT, namespace: NAMESPACE } };
}

function role(): object {
  const verbs = ['create', 'get', 'watch', 'update', 'patch'];
  const rules = [
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs },
    { apiGroups: [''], resources: ['pods', 'events'], verbs },
  ];
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: ACCOUNT, namespace: NAMESPACE },
    rules,
  };
}

function binding(): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: ACCOUNT, namespace: NAMESPACE },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: ACCOUNT },
    subjects: [{ kind: 'ServiceAccount', name: ACCOUNT, namespace: NAMESPACE }],
  };
}

function pods(): object[] {
  return Array.from({ length: GROUPS * MEMBERS }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: memberName(Math.floor(index / MEMBERS), index % MEMBERS),
      namespace: NAMESPACE,
      labels: { role: 'backup' },
      annotations: { [TERM_ANNOTATION]: '0' },
    },
    spec: { schedulerName: 'none', containers: [{ name: 'none', image: 'registry.example/none:1.0.0' }] },
  }));
}

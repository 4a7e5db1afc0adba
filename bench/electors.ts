/** What electors need that run on the machine of the benchmark: an account, pods that no node runs, a way to the API. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TERM_ANNOTATION } from '../lib/leader/term';
import { kubectl } from '../cluster/kubectl';

/** The electors' ServiceAccount. */
export const ACCOUNT = 'electors';

/** How to reach the cluster as the account. */
export interface Access {
  /** With `token` and `ca.crt`, as a pod has it. */
  readonly folder: string;
  readonly host: string;
  readonly port: string;

  /** For client-go. */
  readonly kubeconfig: string;
}

/** Makes the account and the pods, which are objects only: no scheduler takes them. */
export async function addElectors(namespace: string, pods: readonly string[]): Promise<void> {
  const objects = [...accountIn(namespace), ...pods.map((name) => podIn(namespace, name))];
  await kubectl(['create', 'namespace', namespace]);
  await kubectl(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
}

export async function withAccess<T>(namespace: string, use: (access: Access) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-electors-'));
  try {
    return await use(await accessIn(folder, namespace));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function accessIn(folder: string, namespace: string): Promise<Access> {
  const token = (await kubectl(['create', 'token', ACCOUNT, '-n', namespace, '--duration=2h'])).trim();
  const view = ['config', 'view', '--raw', '--minify', '-o'];
  const server = await kubectl([...view, 'jsonpath={.clusters[0].cluster.server}']);
  const ca = await kubectl([...view, 'jsonpath={.clusters[0].cluster.certificate-authority-data}']);
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(join(folder, 'token'), token, { mode: 0o600 });
  writeFileSync(join(folder, 'ca.crt'), Buffer.from(ca, 'base64'));
  writeKubeconfig(kubeconfig, server, folder);
  const { hostname: host, port } = new URL(server);
  return { folder, host, port, kubeconfig };
}

/** For client-go, whichever way it goes to the API server. */
export function writeKubeconfig(file: string, server: string, credentials: string): void {
  const cluster = { server, 'certificate-authority': join(credentials, 'ca.crt') };
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'bench',
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
    clusters: [{ name: 'bench', cluster }],
    users: [{ name: 'bench', user: { tokenFile: join(credentials, 'token') } }],
  };
  writeFileSync(file, JSON.stringify(kubeconfig));
}

function accountIn(namespace: string): object[] {
  const metadata = { name: ACCOUNT, namespace };
  const verbs = ['create', 'get', 'list', 'watch', 'update', 'patch'];
  const rules = [
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs },
    { apiGroups: [''], resources: ['pods', 'events'], verbs },
  ];
  const rbac = { apiGroup: 'rbac.authorization.k8s.io', apiVersion: 'rbac.authorization.k8s.io/v1' };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: rbac.apiVersion, kind: 'Role', metadata, rules },
    {
      apiVersion: rbac.apiVersion,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: rbac.apiGroup, kind: 'Role', name: ACCOUNT },
      subjects: [{ kind: 'ServiceAccount', name: ACCOUNT, namespace }],
    },
  ];
}

function podIn(namespace: string, name: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { role: 'backup' }, annotations: { [TERM_ANNOTATION]: '0' } },
    spec: { schedulerName: 'none', containers: [{ name: 'none', image: 'registry.example/none:1.0.0' }] },
  };
}

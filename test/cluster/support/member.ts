/** Requests with the token of a member's pod, as its elector sends them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Outcome, get, kubectl, tryKubectl } from '../../../cluster/kubectl';

/** kubectl in the namespace, by a token. */
export type Asks = (args: readonly string[], input?: string) => Promise<Outcome>;

const folder = mkdtempSync(join(tmpdir(), 'ha-member-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** By a token that was made for the pod, as the kubelet asks for one. */
export async function memberAsks(namespace: string, account: string, pod: string): Promise<Asks> {
  const { metadata } = await get('pod', pod, namespace);
  const bound = [
    '--bound-object-kind=Pod',
    `--bound-object-name=${pod}`,
    `--bound-object-uid=${metadata.uid}`,
  ];
  return accountAsks(namespace, account, bound);
}

/** By a token that was made for nothing, unless said for what. */
export async function accountAsks(
  namespace: string,
  account: string,
  bound: readonly string[] = [],
): Promise<Asks> {
  const token = await kubectl(['create', 'token', account, '-n', namespace, ...bound]);
  const file = join(folder, `${namespace}-${account}-${Date.now()}.json`);
  // The certificate of the tests' own user would come before the token.
  writeFileSync(file, JSON.stringify({ ...(await clusterOfTests()), users: [user(token)] }), { mode: 0o600 });
  return (args, input) => tryKubectl(['-n', namespace, '--kubeconfig', file, ...args], input);
}

function user(token: string): object {
  return { name: 'account', user: { token } };
}

async function clusterOfTests(): Promise<object> {
  const config = JSON.parse(await kubectl(['config', 'view', '--raw', '--minify', '-o', 'json'])) as {
    readonly clusters: readonly { readonly name: string }[];
  };
  const context = { cluster: config.clusters[0]?.name, user: 'account' };
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: config.clusters,
    contexts: [{ name: 'account', context }],
    'current-context': 'account',
  };
}

/** Namespaces of the tests' own: made empty, removed at the end, shown when a test fails. */
import { randomBytes } from 'node:crypto';
import { tryKubectl } from './kubectl';
import { eventually } from './wait';

const PREFIX = 'ha-test-';

/** Those that files of dist/ name, and that no cluster for tests may have before. */
export const DIST_NAMESPACES: readonly string[] = ['ns-memcache', 'argocd'];

/** A namespace for all tests of a `describe`, removed after the last one. Whoever applies something makes it. */
export function useNamespace(name = `${PREFIX}${randomBytes(4).toString('hex')}`): string {
  afterAll(() => removeNamespace(name));
  return name;
}

/** Begins to remove it; waits until it is gone only where another test uses the name, and with it ports of the nodes. */
async function removeNamespace(name: string): Promise<void> {
  await tryKubectl(['delete', 'namespace', name, '--wait=false', '--ignore-not-found']);
  await tryKubectl(['delete', 'pods', '--all', '-n', name, '--grace-period=1', '--wait=false']);
  await removePolicies(name);
  if (DIST_NAMESPACES.includes(name)) await untilGone([name]);
}

/** What belongs to no namespace, and begins with its name. */
async function removePolicies(namespace: string): Promise<void> {
  const kinds = 'validatingadmissionpolicies,validatingadmissionpolicybindings';
  const { stdout } = await tryKubectl(['get', kinds, '-o', 'name']);
  const names = stdout.split('\n').filter((name) => name.includes(`/${namespace}.`));
  if (names.length > 0) await tryKubectl(['delete', ...names, '--wait=false']);
}

/** Waits until no namespace of the tests is left. */
export async function untilAllGone(): Promise<void> {
  await untilGone(await testNamespaces());
}

async function untilGone(names: readonly string[]): Promise<void> {
  await eventually(`the namespaces ${names.join(', ')} are gone`, {
    look: testNamespaces,
    until: (left) => !names.some((name) => left.includes(name)),
  });
}

async function testNamespaces(): Promise<readonly string[]> {
  const { stdout } = await tryKubectl(['get', 'namespaces', '-o', 'jsonpath={.items[*].metadata.name}']);
  return stdout.split(' ').filter((name) => name.startsWith(PREFIX) || DIST_NAMESPACES.includes(name));
}

/** Events, pods and logs of all namespaces that tests have made. */
export async function explainNamespaces(): Promise<string> {
  const parts = [await show(['get', 'nodes', '-o', 'wide'])];
  for (const name of await testNamespaces()) parts.push(await explain(name));
  return parts.join('\n');
}

async function explain(namespace: string): Promise<string> {
  const at = ['-n', namespace];
  const { stdout } = await tryKubectl(['get', 'pods', ...at, '-o', 'jsonpath={.items[*].metadata.name}']);
  const parts = [
    await show(['get', 'all,pvc,pdb,lease,endpointslice', ...at, '-o', 'wide']),
    await show(['get', 'events', ...at, '--sort-by=.lastTimestamp']),
  ];
  for (const pod of stdout.split(' ').filter((name) => name !== '')) {
    parts.push(
      await show(['logs', pod, ...at, '--all-containers', '--prefix', '--tail=60', '--ignore-errors']),
    );
  }
  return parts.join('\n');
}

async function show(args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await tryKubectl(args);
  return `$ kubectl ${args.join(' ')}\n${stdout}${stderr}`;
}

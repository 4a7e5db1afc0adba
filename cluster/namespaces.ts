/** Namespaces with all that belongs to them: removed, waited for, and shown to people. */
import { tryKubectl } from './kubectl';
import { eventually } from './wait';

/** Begins to remove it. */
export async function removeNamespace(name: string): Promise<void> {
  await tryKubectl(['delete', 'namespace', name, '--wait=false', '--ignore-not-found']);
  await tryKubectl(['delete', 'pods', '--all', '-n', name, '--grace-period=1', '--wait=false']);
  await removePolicies(name);
}

/** What belongs to no namespace, and begins with its name. */
async function removePolicies(namespace: string): Promise<void> {
  const kinds = 'validatingadmissionpolicies,validatingadmissionpolicybindings';
  const { stdout } = await tryKubectl(['get', kinds, '-o', 'name']);
  const names = stdout.split('\n').filter((name) => name.includes(`/${namespace}.`));
  if (names.length > 0) await tryKubectl(['delete', ...names, '--wait=false']);
}

export async function untilGone(names: readonly string[]): Promise<void> {
  await eventually(`the namespaces ${names.join(', ')} are gone`, {
    look: allNamespaces,
    until: (left) => !names.some((name) => left.includes(name)),
  });
}

export async function allNamespaces(): Promise<readonly string[]> {
  const { stdout } = await tryKubectl(['get', 'namespaces', '-o', 'jsonpath={.items[*].metadata.name}']);
  return stdout.split(' ').filter((name) => name !== '');
}

/** The nodes, and events, pods and logs of the namespaces. */
export async function explainNamespaces(names: readonly string[]): Promise<string> {
  const parts = [await show(['get', 'nodes', '-o', 'wide'])];
  for (const name of names) parts.push(await explain(name));
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

/** Namespaces of the tests' own: made empty, removed at the end. */
import { randomBytes } from 'node:crypto';
import { allNamespaces, removeNamespace, untilGone } from '../../../cluster/namespaces';

const PREFIX = 'ha-test-';

/** Those that files of dist/ name, and that no cluster for tests may have before. */
export const DIST_NAMESPACES: readonly string[] = ['ns-memcache', 'argocd'];

/** A namespace for all tests of a `describe`, removed after the last one. Whoever applies something makes it. */
export function useNamespace(name = `${PREFIX}${randomBytes(4).toString('hex')}`): string {
  afterAll(async () => {
    await removeNamespace(name);
    // Another test uses the name, and with it ports of the nodes.
    if (DIST_NAMESPACES.includes(name)) await untilGone([name]);
  });
  return name;
}

/** Waits until no namespace of the tests is left. */
export async function untilAllGone(): Promise<void> {
  await untilGone(await testNamespaces());
}

/** All that tests have made. */
export async function testNamespaces(): Promise<readonly string[]> {
  return (await allNamespaces()).filter((name) => name.startsWith(PREFIX) || DIST_NAMESPACES.includes(name));
}

/** Two manifests of one object: the cluster keeps one, and nobody is told. */
import { type KubernetesObject, type Model, groupOf } from '../model';
import type { Fault, Rule } from '../rule';

export const duplicateObject: Rule = {
  id: 'duplicate-object',
  severity: 'error',
  title: 'Two constructs make the same object',
  remedy: 'Rename one',
  check: duplicates,
};

function duplicates({ objects }: Model): Fault[] {
  const owners = new Map<string, string>();
  return objects.flatMap((object) => {
    const key = keyOf(object);
    const owner = owners.get(key);
    if (owner === undefined) {
      owners.set(key, object.constructPath);
      return [];
    }
    return [{ object, message: `is also made by ${owner}: the one applied last wins` }];
  });
}

/** What the API server knows an object by: the versions of a group hold the same objects. */
function keyOf({ manifest: { apiVersion, kind, metadata } }: KubernetesObject): string {
  return [groupOf(apiVersion), kind, metadata.namespace, metadata.name].join(' ');
}

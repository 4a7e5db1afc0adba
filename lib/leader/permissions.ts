/** What the election may do in the API, and nothing else: by name wherever RBAC allows it. */
import { k8s } from 'cdk8s-plus-27';

interface ElectionObjects {
  readonly lease: string;

  /** The leader Service's EndpointSlices; none with label routing. */
  readonly slices: readonly string[];

  /** The group's pods. */
  readonly pods: readonly string[];
}

/**
 * Rules of the runtime's Role. `create` stands alone: a name is not known to the authorizer before the object exists.
 * Events are created, for `kubectl describe`. What this leaves open, admission-policy.ts closes.
 */
export function runtimeRules({ lease, slices, pods }: ElectionObjects): k8s.PolicyRule[] {
  return [
    ...ownedObjects('coordination.k8s.io', 'leases', [lease], 'patch'),
    ...(slices.length === 0 ? [] : ownedObjects('discovery.k8s.io', 'endpointslices', slices, 'update')),
    { apiGroups: [''], resources: ['pods'], resourceNames: [...pods], verbs: ['get', 'watch', 'patch'] },
    { apiGroups: [''], resources: ['events'], verbs: ['create'] },
  ];
}

/** Rules for an image that elects by itself: MemCache's own reads and writes the Lease and labels its own pod. */
export function embeddedRules({ lease, pods }: ElectionObjects): k8s.PolicyRule[] {
  const group = 'coordination.k8s.io';
  return [
    { apiGroups: [group], resources: ['leases'], verbs: ['create'] },
    { apiGroups: [group], resources: ['leases'], resourceNames: [lease], verbs: ['get', 'update', 'patch'] },
    { apiGroups: [''], resources: ['pods'], resourceNames: [...pods], verbs: ['get', 'patch'] },
  ];
}

function ownedObjects(
  group: string,
  resource: string,
  names: readonly string[],
  write: 'patch' | 'update',
): k8s.PolicyRule[] {
  return [
    { apiGroups: [group], resources: [resource], verbs: ['create'] },
    { apiGroups: [group], resources: [resource], resourceNames: [...names], verbs: ['get', 'watch', write] },
  ];
}

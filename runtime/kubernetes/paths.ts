/** Where the objects of an election are in the API. */

export const GROUP_PATHS = {
  leases: (namespace: string) => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`,
  slices: (namespace: string) => `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
  pods: (namespace: string) => `/api/v1/namespaces/${namespace}/pods`,
  events: (namespace: string) => `/api/v1/namespaces/${namespace}/events`,
} as const;

/** JSON Pointer to an annotation. */
export function annotationPointer(key: string): string {
  return `/metadata/annotations/${escaped(key)}`;
}

/** JSON Pointer to a label. */
export function labelPointer(key: string): string {
  return `/metadata/labels/${escaped(key)}`;
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

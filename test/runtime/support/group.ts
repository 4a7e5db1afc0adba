/** A group of three pods and the leader's slice, in an API server in memory. */
import { RoleLabels } from '../../../runtime/routing/roles';
import { SliceRoute } from '../../../runtime/routing/slice';
import { ObjectStore } from './object-store';

export const SLICES = '/apis/discovery.k8s.io/v1/namespaces/ns/endpointslices';
export const SLICE = `${SLICES}/app-leader`;
export const PEERS = ['app-0', 'app-1', 'app-2'];
export const TERM_KEY = 'cdk8s-ha/term';

/** Not met where an answer comes. */
export const LONG = 4000;

export type Group = Awaited<ReturnType<typeof newGroup>>;

export const pathOf = (pod: string) => `/api/v1/namespaces/ns/pods/${pod}`;

interface PodChanges {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly uid?: string;
  readonly deletionTimestamp?: string;
}

/** As the constructs make it: a standby without a term. */
export function podObject(name: string, changes: PodChanges = {}) {
  return {
    metadata: {
      name,
      uid: `uid-${name}`,
      creationTimestamp: '2026-11-21T07:20:00Z',
      labels: { role: 'backup' },
      annotations: { [TERM_KEY]: '0' },
      ...changes,
    },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

export async function newGroup() {
  const store = await ObjectStore.start();
  for (const name of PEERS) store.put(pathOf(name), podObject(name));
  const metadataOf = (path: string): unknown => store.objects.get(path)?.['metadata'];
  return {
    store,

    roles: (name: string) =>
      new RoleLabels(store.api, {
        namespace: 'ns',
        pod: name,
        uid: `uid-${name}`,
        peers: PEERS,
        label: 'role',
        leader: 'master',
        standby: 'backup',
      }),

    slice: (name: string) =>
      new SliceRoute(store.api, {
        namespace: 'ns',
        service: 'app',
        name: 'app-leader',
        ports: [
          { name: 'http', port: 8080 },
          { name: 'admin', port: 9000 },
        ],
        pod: { name, uid: `uid-${name}`, ip: `10.0.0.1${name.slice(-1)}`, node: 'node-1' },
      }),

    /** `label term` of each pod that there is. */
    labels: () =>
      PEERS.flatMap((name) => {
        const metadata = metadataOf(pathOf(name));
        return metadata === undefined
          ? []
          : [`${textOf(metadata, 'labels', 'role')} ${textOf(metadata, 'annotations', TERM_KEY)}`];
      }),

    /** Whom the slice leads to, and in which term. */
    routed: () => {
      const object = store.objects.get(SLICE);
      if (object === undefined) return undefined;
      return { term: textOf(object['metadata'], 'annotations', TERM_KEY), addresses: addressesOf(object) };
    },
  };
}

function textOf(metadata: unknown, kind: string, key: string): string {
  return String(fieldOf(fieldOf(metadata, kind), key));
}

function addressesOf(object: unknown): readonly string[] {
  const endpoints = fieldOf(object, 'endpoints');
  if (!Array.isArray(endpoints)) return [];
  return endpoints.map((endpoint: unknown) => String(fieldOf(endpoint, 'addresses')));
}

function fieldOf(object: unknown, key: string): unknown {
  return typeof object === 'object' && object !== null ? new Map(Object.entries(object)).get(key) : undefined;
}

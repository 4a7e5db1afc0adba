/** A group of three pods and the leader's slice, in an API server in memory. */
import { ForeignTerms } from '../../../runtime/routing/foreign-terms';
import type { Notice } from '../../../runtime/routing/notice';
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
  const notices: Notice[] = [];
  const time = { now: 0 };
  const known = new Map<string, ForeignTerms>();
  const foreign = (name: string): ForeignTerms => {
    const terms = known.get(name) ?? new ForeignTerms(() => time.now);
    known.set(name, terms);
    return terms;
  };
  const told = (name: string) => ({
    foreign: foreign(name),
    onNotice: (notice: Notice) => void notices.push(notice),
  });
  const metadataOf = (path: string): unknown => store.objects.get(path)?.['metadata'];
  return {
    store,

    /** What people were told. */
    notices,

    /** Counts for greater terms than a leader's only. */
    time,
    told,

    roles: (name: string) =>
      new RoleLabels(store.api, {
        namespace: 'ns',
        pod: name,
        uid: `uid-${name}`,
        peers: PEERS,
        label: 'role',
        leader: 'master',
        standby: 'backup',
        ...told(name),
      }),

    slice: (name: string, family: 'IPv4' | 'IPv6' = 'IPv4') =>
      new SliceRoute(store.api, {
        namespace: 'ns',
        service: 'app',
        name: family === 'IPv4' ? 'app-leader' : 'app-leader-ipv6',
        family,
        address: family === 'IPv4' ? `10.0.0.1${name.slice(-1)}` : `fd00::1${name.slice(-1)}`,
        ports: [
          { name: 'http', port: 8080, protocol: 'TCP' },
          { name: 'dns', port: 9000, protocol: 'UDP' },
        ],
        pod: { name, uid: `uid-${name}`, node: 'node-1' },
        ...told(name),
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
    routed: (path = SLICE) => {
      const object = store.objects.get(path);
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

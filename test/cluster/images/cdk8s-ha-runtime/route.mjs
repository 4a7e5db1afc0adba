/** Leads clients to this pod: the Service's one EndpointSlice if there is to be one, then the role labels. */
import { call, pathOf } from './api.mjs';

const GROUP = 'discovery.k8s.io/v1';
const TERM = 'cdk8s-ha/term';

const {
  POD_NAME: pod,
  POD_UID: uid,
  POD_IP: ip,
  POD_NAMESPACE: namespace,
  NODE_NAME: nodeName,
} = process.env;

export async function routeHere(flags, term) {
  if (flags.one('routing') === 'endpoint-slice') await writeSlice(flags, term);
  for (const peer of flags
    .one('peers')
    .split(',')
    .filter((name) => name !== pod)) {
    await label(peer, flags.one('role-label'), flags.one('standby-value'));
  }
  await label(pod, flags.one('role-label'), flags.one('leader-value'));
  await tell(`leads with term ${term}`);
}

async function writeSlice(flags, term) {
  const name = flags.one('slice');
  const slice = {
    apiVersion: GROUP,
    kind: 'EndpointSlice',
    metadata: {
      name,
      labels: {
        'kubernetes.io/service-name': flags.one('service'),
        'endpointslice.kubernetes.io/managed-by': 'cdk8s-ha',
      },
      annotations: { [TERM]: String(term) },
    },
    addressType: 'IPv4',
    endpoints: [
      {
        addresses: [ip],
        conditions: { ready: true },
        nodeName,
        targetRef: { kind: 'Pod', name: pod, namespace, uid },
      },
    ],
    ports: flags.all('slice-port').map((text) => portOf(text.split(':'))),
  };
  const before = await call('GET', pathOf(GROUP, 'endpointslices', name));
  if (before === undefined) return call('POST', pathOf(GROUP, 'endpointslices'), slice);
  if (Number(before.metadata.annotations?.[TERM] ?? 0) > term)
    throw new Error('the slice is of a later term');
  slice.metadata.resourceVersion = before.metadata.resourceVersion;
  return call('PUT', pathOf(GROUP, 'endpointslices', name), slice);
}

function portOf([name, port]) {
  return { name, port: Number(port), protocol: 'TCP' };
}

/** A pod that does not exist needs no label. */
function label(name, key, value) {
  const patch = { metadata: { labels: { [key]: value } } };
  return call('PATCH', pathOf('v1', 'pods', name), patch, 'application/merge-patch+json');
}

function tell(message) {
  const time = new Date().toISOString();
  return call('POST', pathOf('v1', 'events'), {
    metadata: { generateName: `${pod}-` },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name: pod, namespace, uid },
    type: 'Normal',
    reason: 'Leads',
    message,
    source: { component: 'cdk8s-ha' },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  });
}

/** Stands in for MemCache's own election: takes the Lease if nobody holds it, and labels its pod. It gives nothing up. */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { setTimeout } from 'node:timers/promises';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const PERIOD_MS = 1000;

const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
const { META_POD_NAME: pod, META_NAMESPACE: namespace, META_LEASE_NAME: name } = process.env;
const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`;
const POD = `/api/v1/namespaces/${namespace}/pods/${pod}`;

function call(method, path, body) {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const headers = {
    authorization: `Bearer ${readFileSync(`${ACCOUNT}/token`, 'utf8')}`,
    'content-type': type,
  };
  const ca = readFileSync(`${ACCOUNT}/ca.crt`);
  return new Promise((resolve, reject) => {
    const asked = request({ host, port, ca, method, path, headers }, (answer) => {
      let text = '';
      answer.on('data', (data) => (text += data));
      answer.on('end', () => {
        if (answer.statusCode < 300) resolve(JSON.parse(text));
        else reject(new Error(`${method} ${path}: ${answer.statusCode}`));
      });
    });
    asked.on('error', reject);
    asked.end(body && JSON.stringify(body));
  });
}

async function turn() {
  const lease = await call('GET', LEASE);
  const { holderIdentity = '' } = lease.spec;
  if (!['', pod].includes(holderIdentity)) return;
  const renewTime = new Date().toISOString().replace('Z', '000Z');
  await call('PUT', LEASE, { ...lease, spec: { ...lease.spec, holderIdentity: pod, renewTime } });
  if (holderIdentity === '') await call('PATCH', POD, { metadata: { labels: { role: 'master' } } });
}

export async function elect() {
  for (;;) {
    await turn().catch((error) => console.error(error.message));
    await setTimeout(PERIOD_MS);
  }
}

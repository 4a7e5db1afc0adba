/** Requests to the API server with the pod's own account. */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const PATIENCE_MS = 2000;

const {
  KUBERNETES_SERVICE_HOST: host,
  KUBERNETES_SERVICE_PORT: port,
  POD_NAMESPACE: namespace,
} = process.env;

/** The answer's body; undefined for 404. @throws for every other answer that is not 2xx */
export async function call(method, path, body, type = 'application/json') {
  const { status, text } = await send(method, path, body && JSON.stringify(body), type);
  if (status === 404) return undefined;
  if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
  return JSON.parse(text);
}

/** Path of a namespaced resource, or of the collection. */
export function pathOf(group, resource, name = '') {
  const root = group === 'v1' ? '/api/v1' : `/apis/${group}`;
  return `${root}/namespaces/${namespace}/${resource}/${name}`.replace(/\/$/, '');
}

function send(method, path, body, type) {
  const headers = {
    authorization: `Bearer ${readFileSync(`${ACCOUNT}/token`, 'utf8')}`,
    'content-type': type,
  };
  const ca = readFileSync(`${ACCOUNT}/ca.crt`);
  return new Promise((resolve, reject) => {
    const asked = request({ host, port, ca, method, path, headers, timeout: PATIENCE_MS }, (answer) => {
      let text = '';
      answer.on('data', (data) => (text += data));
      answer.on('end', () => resolve({ status: answer.statusCode, text }));
      answer.on('error', reject);
    });
    asked.on('timeout', () => asked.destroy(new Error(`${method} ${path}: no answer`)));
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Kubernetes Events about this pod, for `kubectl describe pod` and `kubectl get events`. */
import type { Api } from './api';
import { GROUP_PATHS } from './paths';

export interface Subject {
  readonly name: string;
  readonly uid: string;
  readonly namespace: string;
  readonly node: string;
}

export interface KubeEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

const TIMEOUT_MS = 3000;

/** Nothing depends on an Event: one that cannot be written is lost. */
export async function tell(api: Api, subject: Subject, { type, reason, message }: KubeEvent): Promise<void> {
  const { name, uid, namespace, node } = subject;
  const time = new Date().toISOString();
  const body = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { generateName: `${name}.` },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name, namespace, uid },
    type,
    reason,
    message,
    source: { component: 'cdk8s-ha', host: node },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
  await api
    .call({ method: 'POST', path: GROUP_PATHS.events(namespace), body, timeout: TIMEOUT_MS })
    .catch(() => undefined);
}

/** Small stores whose members become ready when the test says so, or at once. */
import { Duration } from 'cdk8s';
import { exec, get, list } from '../../../cluster/kubectl';
import type { Pod, StatefulSet } from '../../../cluster/objects';
import { isReady } from '../../../cluster/pods';
import { eventually } from '../../../cluster/wait';
import { PodVolume, Probe, StatefulStore, type StatefulStoreProps, type SystemChart } from '../../../lib';
import { IMAGE, security } from './memcache';

export const STORE = 'store';
export const LABEL = `app.kubernetes.io/instance=${STORE}`;

const READY = '/tmp/ready';
const RUN = `[ "$BECOMES_READY" = later ] || touch ${READY}; trap "exit 0" TERM; while :; do sleep 1 & wait $!; done`;

export interface StoreOptions extends Partial<StatefulStoreProps> {
  /** Whether the members wait for `makeReady`. @default false */
  readonly readyLater?: boolean;
}

export function addStore(chart: SystemChart, { readyLater = false, ...props }: StoreOptions): StatefulStore {
  return new StatefulStore(chart, 'store', {
    name: STORE,
    image: IMAGE,
    command: ['sh', '-c', RUN],
    replicas: 3,
    ports: [{ name: 'member', port: 7001 }],
    security,
    resources: { requests: { cpu: '10m', memory: '16Mi' } },
    terminationGracePeriod: Duration.seconds(2),
    probes: { readiness: Probe.exec({ command: ['test', '-e', READY], period: Duration.seconds(1) }) },
    ...props,
    env: { ...(readyLater && { BECOMES_READY: 'later' }), ...props.env },
    mounts: [{ volume: PodVolume.emptyDir('tmp'), path: '/tmp' }, ...(props.mounts ?? [])],
  });
}

export const members = (namespace: string): Promise<readonly Pod[]> => list('pod', namespace, LABEL);

/** Waits until the pod, or the one that comes in its place, is ready. */
export async function makeReady(namespace: string, pod: string): Promise<void> {
  await eventually(`${pod} is ready`, {
    look: async () => {
      await exec({ namespace, pod }, 'touch', READY);
      return get('pod', pod, namespace);
    },
    until: isReady,
  });
}

/** The StatefulSet, when its controller has seen it and so many members are ready. */
export function storeReady(namespace: string, ready = 3): Promise<StatefulSet> {
  return eventually(`${ready} members are ready`, {
    look: () => get('statefulset', STORE, namespace),
    until: ({ metadata, status }) =>
      status.observedGeneration === metadata.generation && (status.readyReplicas ?? 0) === ready,
  });
}

/** When the pod became ready, and when it was made. */
export function timesOf({ metadata, status }: Pod): { readonly made: string; readonly ready: string } {
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  return { made: metadata.creationTimestamp, ready: ready?.lastTransitionTime ?? '' };
}

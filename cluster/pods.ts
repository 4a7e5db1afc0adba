/** Pods, and waiting until they are ready. */
import { list } from './kubectl';
import type { Pod } from './objects';
import { eventually } from './wait';

const START_LIMIT_MS = 120_000;

export function isReady({ metadata, status }: Pod): boolean {
  const ready = status.conditions?.find(({ type }) => type === 'Ready')?.status;
  return ready === 'True' && metadata.deletionTimestamp === undefined;
}

/** So many pods of the label, once all of them are ready. */
export function readyPods(namespace: string, label: string, count: number): Promise<readonly Pod[]> {
  return eventually(`${count} pods with ${label} are ready`, {
    look: () => list('pod', namespace, label),
    until: (pods) => pods.length === count && pods.every(isReady),
    show: (pods) => pods.map((pod) => `${pod.metadata.name} ${isReady(pod) ? 'ready' : 'not ready'}`),
    limitMs: START_LIMIT_MS,
  });
}

/** Which member should lead next. */
import type { SeenPod } from './roles';

const REVISION = 'controller-revision-hash';

/**
 * A ready member of the newest revision, since the others are still to be replaced; of several the lowest ordinal, which
 * a rolling update reaches last. Undefined if there is none.
 */
export function successorOf(pods: readonly SeenPod[], leaver: string): string | undefined {
  const newest = [...pods].sort((a, b) => madeAt(b) - madeAt(a))[0];
  const rank = (pod: SeenPod) => (revisionOf(pod) === (newest && revisionOf(newest)) ? 0 : 1);
  const [best] = pods
    .filter((pod) => pod.metadata.name !== leaver && isReady(pod))
    .sort((a, b) => rank(a) - rank(b) || ordinalOf(a) - ordinalOf(b));
  return best?.metadata.name;
}

function madeAt({ metadata }: SeenPod): number {
  return Date.parse(metadata.creationTimestamp);
}

function revisionOf({ metadata }: SeenPod): string {
  return metadata.labels[REVISION] ?? '';
}

function isReady({ metadata, status }: SeenPod): boolean {
  const isUp = status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');
  return isUp && metadata.deletionTimestamp === undefined;
}

function ordinalOf({ metadata }: SeenPod): number {
  return Number(metadata.name.slice(metadata.name.lastIndexOf('-') + 1));
}

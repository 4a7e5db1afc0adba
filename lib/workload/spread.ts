/** Keeping the pods of one workload apart, over nodes and over zones. */
import type { k8s } from 'cdk8s-plus-27';

/** `required` leaves a pod pending rather than break it, `preferred` is a wish, `none` leaves it to chance. */
export type Strictness = 'required' | 'preferred' | 'none';

export interface Spread {
  /**
   * Over nodes. Relaxing it lets one lost node take several members.
   * @default 'required'
   */
  readonly host?: Strictness;

  /**
   * Over zones (`topology.kubernetes.io/zone`). A wish by default, since a claim may tie a pod to a full zone.
   * @default 'preferred'
   */
  readonly zone?: Strictness;

  /**
   * `topologySpread` evens the pods out: a fourth one on three nodes is allowed. `antiAffinity` never puts two on one
   * node or into one zone.
   * @default 'topologySpread'
   */
  readonly by?: 'topologySpread' | 'antiAffinity';
}

const HOST = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
const ZONE_WEIGHT = 100;
const HOST_WEIGHT = 50;

type Placement = Pick<k8s.PodSpec, 'topologySpreadConstraints' | 'affinity'>;

export function resolveSpread({
  host = 'required',
  zone = 'preferred',
  by = 'topologySpread',
}: Spread): Required<Spread> {
  return { host, zone, by };
}

/** The part of a pod's spec that spreads the pods with these labels. */
export function toPlacement(
  { host, zone, by }: Required<Spread>,
  matchLabels: Record<string, string>,
  replicas: number | undefined,
): Placement {
  const levels = [
    { topologyKey: HOST, strictness: host, weight: HOST_WEIGHT },
    { topologyKey: ZONE, strictness: zone, weight: ZONE_WEIGHT },
  ].filter(({ strictness }) => strictness !== 'none');
  return by === 'topologySpread'
    ? toConstraints(levels, matchLabels, replicas)
    : toAntiAffinity(levels, matchLabels);
}

interface Level {
  readonly topologyKey: string;
  readonly strictness: Strictness;
  readonly weight: number;
}

function toConstraints(
  levels: readonly Level[],
  matchLabels: Record<string, string>,
  replicas = 1,
): Placement {
  if (levels.length === 0) return {};
  return {
    topologySpreadConstraints: levels.map(({ topologyKey, strictness }) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: strictness === 'required' ? 'DoNotSchedule' : 'ScheduleAnyway',
      labelSelector: { matchLabels },
      // Without it, a single eligible node has no skew and takes every pod.
      ...(strictness === 'required' && replicas > 1 && { minDomains: 2 }),
    })),
  };
}

function toAntiAffinity(levels: readonly Level[], matchLabels: Record<string, string>): Placement {
  const termOf = ({ topologyKey }: Level) => ({ topologyKey, labelSelector: { matchLabels } });
  const required = levels.filter(({ strictness }) => strictness === 'required');
  const preferred = levels.filter(({ strictness }) => strictness === 'preferred');
  if (levels.length === 0) return {};
  return {
    affinity: {
      podAntiAffinity: {
        ...(required.length > 0 && { requiredDuringSchedulingIgnoredDuringExecution: required.map(termOf) }),
        ...(preferred.length > 0 && {
          preferredDuringSchedulingIgnoredDuringExecution: preferred.map((level) => ({
            weight: level.weight,
            podAffinityTerm: termOf(level),
          })),
        }),
      },
    },
  };
}

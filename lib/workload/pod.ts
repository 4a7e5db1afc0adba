/** The pod template that all workloads share. */
import { Duration } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-27';
import { PRIVILEGED_BECAUSE_ANNOTATION } from '../kube/labels';
import type { NewerField } from '../kube/newer-fields';
import type { Resolved, With } from '../kube/resolved';
import { type Container, resolveContainer, toContainer } from './container';
import type { Mountable } from './mountable';
import type { PodProps } from './pod-props';
import { type Spread, resolveSpread, toPlacement } from './spread';

/** What the workload knows about its pods. */
export interface PodContext {
  /** Labels of the pods. */
  readonly labels: Record<string, string>;

  /** The labels among them by which the workload finds its pods. */
  readonly selector: Record<string, string>;

  /** How many there are, where that is fixed. */
  readonly replicas?: number;
}

export interface PodTemplate {
  readonly spec: k8s.PodTemplateSpec;

  /** To be set on the workload that holds the template at `/spec/template`. */
  readonly newerFields: readonly NewerField[];
}

/** The main container and its pod, with their defaults. */
export type Pod = With<
  Resolved<
    PodProps,
    | 'hostNetwork'
    | 'terminationGracePeriod'
    | 'automountServiceAccountToken'
    | 'fsGroupChangePolicy'
    | 'podAnnotations'
    | 'podLabels'
  >,
  Container & {
    initContainers: readonly Container[];
    sidecars: readonly Container[];
    spread: Required<Spread>;
  }
>;

export function resolvePod(props: PodProps): Pod {
  const { initContainers = [], sidecars = [], hostNetwork = false, spread = {} } = props;
  const { terminationGracePeriod = Duration.seconds(30), automountServiceAccountToken = false } = props;
  const { fsGroupChangePolicy = 'OnRootMismatch', podAnnotations = {}, podLabels = {} } = props;
  const { nodeSelector, nodeAffinity, tolerations, priorityClassName, imagePullSecrets } = props;
  const { runtimeClassName, serviceAccountName, fsGroup, supplementalGroups, sysctls } = props;
  return {
    ...resolveContainer(props),
    initContainers: initContainers.map(resolveContainer),
    sidecars: sidecars.map(resolveContainer),
    hostNetwork,
    spread: resolveSpread(spread),
    nodeSelector,
    nodeAffinity,
    tolerations,
    priorityClassName,
    imagePullSecrets,
    runtimeClassName,
    terminationGracePeriod,
    serviceAccountName,
    automountServiceAccountToken,
    fsGroup,
    fsGroupChangePolicy,
    supplementalGroups,
    sysctls,
    shareProcessNamespace: props.shareProcessNamespace,
    podAnnotations,
    podLabels,
  };
}

export function toPodTemplate(pod: Pod, { labels, selector, replicas }: PodContext): PodTemplate {
  const { initContainers, sidecars, nodeAffinity } = pod;
  const volumes = mountedOf(pod).flatMap((volume) => volume.toVolume?.() ?? []);
  const placement = toPlacement(pod.spread, selector, replicas);
  const affinity = { ...(nodeAffinity && { nodeAffinity }), ...placement.affinity };
  const reasons = containersOf(pod).flatMap(({ security }) => security.privilegedBecause ?? []);
  const annotations = {
    ...(reasons.length > 0 && { [PRIVILEGED_BECAUSE_ANNOTATION]: [...new Set(reasons)].join('; ') }),
    ...pod.podAnnotations,
  };
  const spec: k8s.PodSpec = {
    ...(initContainers.length + sidecars.length > 0 && {
      initContainers: [...initContainers, ...sidecars].map(toContainer),
    }),
    containers: [toContainer(pod)],
    ...(volumes.length > 0 && { volumes }),
    topologySpreadConstraints: placement.topologySpreadConstraints,
    ...(Object.keys(affinity).length > 0 && { affinity }),
    ...hostNetworkOf(pod),
    ...schedulingOf(pod),
    terminationGracePeriodSeconds: pod.terminationGracePeriod.toSeconds(),
    serviceAccountName: pod.serviceAccountName,
    automountServiceAccountToken: pod.automountServiceAccountToken,
    shareProcessNamespace: pod.shareProcessNamespace,
    securityContext: podSecurityContextOf(pod),
  };
  return {
    spec: {
      metadata: {
        labels: { ...labels, ...pod.podLabels },
        ...(Object.keys(annotations).length > 0 && { annotations }),
      },
      spec,
    },
    newerFields: sidecars.map((_, index) => ({
      path: `/spec/template/spec/initContainers/${initContainers.length + index}/restartPolicy`,
      value: 'Always',
    })),
  };
}

/** All containers, in the order in which they start. */
function containersOf(pod: Pod): Container[] {
  return [...pod.initContainers, ...pod.sidecars, pod];
}

/** All that its containers mount, in the order of their mounts, as often as they do. */
export function mountedIn(pod: Pod): Mountable[] {
  return containersOf(pod).flatMap(({ mounts }) => mounts.map(({ volume }) => volume));
}

/** What its containers mount, each once. */
export function mountedOf(pod: Pod): Mountable[] {
  return [...new Map(mountedIn(pod).map((volume) => [volume.name, volume])).values()];
}

function hostNetworkOf({ hostNetwork }: Pod): Partial<k8s.PodSpec> {
  return hostNetwork ? { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' } : {};
}

function schedulingOf(pod: Pod): Partial<k8s.PodSpec> {
  return {
    ...(pod.nodeSelector && { nodeSelector: { ...pod.nodeSelector } }),
    ...(pod.tolerations && { tolerations: [...pod.tolerations] }),
    priorityClassName: pod.priorityClassName,
    ...(pod.imagePullSecrets && { imagePullSecrets: pod.imagePullSecrets.map((name) => ({ name })) }),
    runtimeClassName: pod.runtimeClassName,
  };
}

function podSecurityContextOf(pod: Pod): k8s.PodSecurityContext | undefined {
  const { fsGroup, fsGroupChangePolicy, supplementalGroups, sysctls } = pod;
  const context = {
    ...(fsGroup !== undefined && { fsGroup, fsGroupChangePolicy }),
    ...(supplementalGroups && { supplementalGroups: [...supplementalGroups] }),
    ...(sysctls && { sysctls: Object.entries(sysctls).map(([name, value]) => ({ name, value })) }),
  };
  return Object.keys(context).length > 0 ? context : undefined;
}

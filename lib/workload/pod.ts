/** The pod template that all workloads share: props, what is wrong with them, and the manifest. */
import { Duration } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { ConfigFiles } from './config-files';
import {
  type Container,
  type ContainerProps,
  containerProblems,
  initContainerProblems,
  protocolOf,
  resolveContainer,
  toContainer,
} from './container';
import { PRIVILEGED_BECAUSE_ANNOTATION } from '../kube/labels';
import { subdomainProblems } from '../kube/names';
import type { NewerField } from '../kube/newer-fields';
import { type Problem, broken, inEach, inNamed, inProps, unless } from '../kube/problems';
import type { Resolved, With } from '../kube/resolved';
import { type Spread, resolveSpread, toPlacement } from './spread';
import { wholeSecondsProblems } from '../kube/values';
import type { Mountable } from './volume';

/** The main container and what is set once a pod. */
export interface PodProps extends ContainerProps {
  /**
   * Containers that run one after another, each to its end, before all others.
   * @default - none
   */
  readonly initContainers?: readonly ContainerProps[];

  /**
   * Containers that run beside the main one: started before it, stopped after it. Kubernetes: native sidecars, that is
   * init containers with `restartPolicy: Always` (1.29 and later).
   * @default - none
   */
  readonly sidecars?: readonly ContainerProps[];

  /**
   * Uses the node's own network: every port is a port of the node, and only the Pod Security level `privileged` admits
   * it. Names of the cluster still resolve (`dnsPolicy: ClusterFirstWithHostNet`).
   * @default false
   */
  readonly hostNetwork?: boolean;

  /**
   * Keeps the pods of this workload apart.
   * @default - over nodes required, over zones preferred
   */
  readonly spread?: Spread;

  /**
   * Labels that a node must have.
   * @default - any node
   */
  readonly nodeSelector?: Readonly<Record<string, string>>;

  /**
   * What else a node must or should be like.
   * @default - nothing
   */
  readonly nodeAffinity?: k8s.NodeAffinity;

  /**
   * Taints that do not keep the pods away.
   * @default - Kubernetes' own two of 300 s
   */
  readonly tolerations?: readonly k8s.Toleration[];

  /**
   * Name of an existing PriorityClass.
   * @default - the cluster's default
   */
  readonly priorityClassName?: string;

  /**
   * Names of existing Secrets with registry credentials.
   * @default - none
   */
  readonly imagePullSecrets?: readonly string[];

  /** @default - the node's */
  readonly runtimeClassName?: string;

  /**
   * Time from SIGTERM to SIGKILL, whole seconds. Kubernetes: `terminationGracePeriodSeconds`.
   * @default 30 s
   */
  readonly terminationGracePeriod?: Duration;

  /**
   * Name of the ServiceAccount.
   * @default - the namespace's `default`
   */
  readonly serviceAccountName?: string;

  /**
   * Gives every container the account's credentials.
   * @default false
   */
  readonly automountServiceAccountToken?: boolean;

  /**
   * Group that owns the volumes' files.
   * @default - the volumes' own
   */
  readonly fsGroup?: number;

  /**
   * Whether ownership is set at each mount or only when the root differs.
   * @default 'OnRootMismatch', with `fsGroup`
   */
  readonly fsGroupChangePolicy?: 'Always' | 'OnRootMismatch';

  /** @default - none */
  readonly supplementalGroups?: readonly number[];

  /**
   * Kernel parameters of the pod's namespaces, by name.
   * @default - none
   */
  readonly sysctls?: Readonly<Record<string, string>>;

  /**
   * Whether the containers see each other's processes. A cold standby's pod may not: what its application leaves behind
   * would outlive the gate.
   * @default false
   */
  readonly shareProcessNamespace?: boolean;

  /** @default - none */
  readonly podAnnotations?: Readonly<Record<string, string>>;

  /**
   * Labels of the pods beyond the recommended ones and the selector.
   * @default - none
   */
  readonly podLabels?: Readonly<Record<string, string>>;
}

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
  const volumes = volumesOf(pod);
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

/** Problems of the whole pod. */
export function podProblems(pod: Pod): Problem[] {
  const { initContainers, sidecars, terminationGracePeriod, imagePullSecrets = [], priorityClassName } = pod;
  return [
    ...containerProblems(pod),
    ...inProps({
      initContainers: inNamed(initContainers, initContainerProblems),
      sidecars: inNamed(sidecars, containerProblems),
    }),
    ...sharedNameProblems(pod),
    ...inProps({
      ports: sharedPortProblems(pod),
      mounts: sharedVolumeNameProblems(pod),
      terminationGracePeriod: wholeSecondsProblems(terminationGracePeriod, 1),
      imagePullSecrets: inEach(imagePullSecrets, (name) => subdomainProblems(name)),
      priorityClassName: priorityClassName === undefined ? [] : subdomainProblems(priorityClassName),
      configFiles: inNamed(configFilesOf(pod), (files) => files.problems()),
    }),
  ];
}

/** All containers, in the order in which they start. */
function containersOf(pod: Pod): Container[] {
  return [...pod.initContainers, ...pod.sidecars, pod];
}

/** All that its containers mount, in the order of their mounts, as often as they do. */
function mountedIn(pod: Pod): Mountable[] {
  return containersOf(pod).flatMap(({ mounts }) => mounts.map(({ volume }) => volume));
}

/** What its containers mount of a kind, each once. */
export function mountedOf<T extends Mountable>(pod: Pod, isKind: (volume: Mountable) => volume is T): T[] {
  return [
    ...new Map(
      mountedIn(pod)
        .filter(isKind)
        .map((volume) => [volume.name, volume]),
    ).values(),
  ];
}

/** The files that its containers mount, each once. */
export function configFilesOf(pod: Pod): ConfigFiles[] {
  return mountedOf(pod, (volume) => volume instanceof ConfigFiles);
}

function volumesOf(pod: Pod): k8s.Volume[] {
  const volumes = mountedIn(pod).flatMap((volume) => volume.toVolume?.() ?? []);
  return [...new Map(volumes.map((volume) => [volume.name, volume])).values()];
}

function sharedVolumeNameProblems(pod: Pod): Problem[] {
  const mounted = mountedIn(pod);
  const byName = new Map(mounted.map((volume) => [volume.name, volume]));
  const clashing = mounted.filter((volume) => !sameVolume(byName.get(volume.name), volume));
  return [...new Set(clashing.map(({ name }) => name))].flatMap((name) =>
    broken(name, 'two different volumes of a pod do not share a name', 'rename one of them'),
  );
}

function sameVolume(a: object | undefined, b: object): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** Told of those that are listed after the first one of a name, which the main container is. */
function sharedNameProblems({ name, initContainers, sidecars }: Pod): Problem[] {
  const taken = new Set([name]);
  const problemsOf = (container: Container) => {
    const isFree = !taken.has(container.name);
    taken.add(container.name);
    const rule = 'two containers of a pod do not share a name';
    return inProps({ name: unless(isFree, container.name, rule, 'rename one of them') });
  };
  return inProps({
    initContainers: inNamed(initContainers, problemsOf),
    sidecars: inNamed(sidecars, problemsOf),
  });
}

/** Containers of a pod share its network, so they share its ports. */
function sharedPortProblems(pod: Pod): Problem[] {
  const owners = new Map<string, string>();
  const claims = [...pod.sidecars, pod].flatMap(({ name, ports }) => ports.map((port) => ({ name, port })));
  return claims.flatMap(({ name, port }) => {
    const key = `${port.port}/${protocolOf(port)}`;
    const owner = owners.get(key) ?? name;
    owners.set(key, owner);
    const rule = `containers '${owner}' and '${name}' share the pod's network`;
    return unless(owner === name, port.port, rule, 'give one of them another port');
  });
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

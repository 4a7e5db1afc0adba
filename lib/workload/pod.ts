/** The pod template that all workloads share: props, what is wrong with them, and the manifest. */
import { Duration } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { type ContainerProps, containerProblems, initContainerProblems, toContainer } from './container';
import { PRIVILEGED_BECAUSE_ANNOTATION } from '../kube/labels';
import { subdomainProblems } from '../kube/names';
import type { NewerField } from '../kube/newer-fields';
import type { Problem } from '../kube/problems';
import { type Spread, toPlacement } from './spread';
import { wholeSecondsProblems } from '../kube/values';
import { PodVolume } from './volume';

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

const DEFAULT_GRACE = Duration.seconds(30);

export function toPodTemplate(props: PodProps, { labels, selector, replicas }: PodContext): PodTemplate {
  const { initContainers = [], sidecars = [], spread = {}, nodeAffinity } = props;
  const volumes = volumesOf(props);
  const placement = toPlacement(spread, selector, replicas);
  const affinity = { ...(nodeAffinity && { nodeAffinity }), ...placement.affinity };
  const reasons = containersOf(props).flatMap(({ security }) => security?.privilegedBecause ?? []);
  const annotations = {
    ...(reasons.length > 0 && { [PRIVILEGED_BECAUSE_ANNOTATION]: [...new Set(reasons)].join('; ') }),
    ...props.podAnnotations,
  };
  const spec: k8s.PodSpec = {
    ...(initContainers.length + sidecars.length > 0 && {
      initContainers: [...initContainers, ...sidecars].map(toContainer),
    }),
    containers: [toContainer(props)],
    ...(volumes.length > 0 && { volumes: volumes.map((volume) => volume.toKube()) }),
    topologySpreadConstraints: placement.topologySpreadConstraints,
    ...(Object.keys(affinity).length > 0 && { affinity }),
    ...hostNetworkOf(props),
    ...schedulingOf(props),
    terminationGracePeriodSeconds: (props.terminationGracePeriod ?? DEFAULT_GRACE).toSeconds(),
    serviceAccountName: props.serviceAccountName,
    automountServiceAccountToken: props.automountServiceAccountToken ?? false,
    shareProcessNamespace: props.shareProcessNamespace,
    securityContext: podSecurityContextOf(props),
  };
  return {
    spec: {
      metadata: {
        labels: { ...labels, ...props.podLabels },
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
export function podProblems(props: PodProps): Problem[] {
  const { initContainers = [], sidecars = [], terminationGracePeriod } = props;
  return [
    ...containerProblems('', props),
    ...initContainers.flatMap((container, index) =>
      initContainerProblems(`initContainers[${index}]`, container),
    ),
    ...sidecars.flatMap((container, index) => containerProblems(`sidecars[${index}]`, container)),
    ...sharedNameProblems(containersOf(props).map(({ name }) => name)),
    ...sharedPortProblems(props),
    ...volumeProblems(props),
    ...wholeSecondsProblems('terminationGracePeriod', terminationGracePeriod, 1),
    ...(props.imagePullSecrets ?? []).flatMap((name, index) =>
      subdomainProblems(`imagePullSecrets[${index}]`, name),
    ),
    ...(props.priorityClassName === undefined
      ? []
      : subdomainProblems('priorityClassName', props.priorityClassName)),
  ];
}

/** All containers, in the order in which they start. */
function containersOf(props: PodProps): ContainerProps[] {
  return [...(props.initContainers ?? []), ...(props.sidecars ?? []), props];
}

/** The mounted volumes, each once, in the order of their mounts. Claims are the workload's. */
function volumesOf(props: PodProps): PodVolume[] {
  const mounted = containersOf(props).flatMap(({ mounts = [] }) => mounts.map(({ volume }) => volume));
  const volumes = mounted.filter((volume) => volume instanceof PodVolume);
  return [...new Map(volumes.map((volume) => [volume.name, volume])).values()];
}

function volumeProblems(props: PodProps): Problem[] {
  const mounted = containersOf(props).flatMap(({ mounts = [] }) => mounts.map(({ volume }) => volume));
  const byName = new Map(mounted.map((volume) => [volume.name, volume]));
  const clashing = mounted.filter((volume) => !sameVolume(byName.get(volume.name), volume));
  return [...new Set(clashing.map(({ name }) => name))].map((name) => ({
    property: 'mounts',
    value: name,
    rule: 'two different volumes of a pod do not share a name',
    remedy: 'rename one of them',
  }));
}

function sameVolume(a: object | undefined, b: object): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function sharedNameProblems(names: readonly string[]): Problem[] {
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  return repeated.map((name) => ({
    property: 'name',
    value: name,
    rule: 'two containers of a pod do not share a name',
    remedy: 'rename one of them',
  }));
}

/** Containers of a pod share its network, so they share its ports. */
function sharedPortProblems(props: PodProps): Problem[] {
  const together = [...(props.sidecars ?? []), props];
  const owners = new Map<string, string>();
  const found: Problem[] = [];
  for (const { name, ports = [] } of together) {
    for (const { port, protocol = 'TCP' } of ports) {
      const key = `${port}/${protocol}`;
      const owner = owners.get(key) ?? name;
      owners.set(key, owner);
      if (owner === name) continue;
      const rule = `containers '${owner}' and '${name}' share the pod's network`;
      found.push({ property: 'ports', value: port, rule, remedy: 'give one of them another port' });
    }
  }
  return found;
}

function hostNetworkOf({ hostNetwork = false }: PodProps): Partial<k8s.PodSpec> {
  return hostNetwork ? { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' } : {};
}

function schedulingOf(props: PodProps): Partial<k8s.PodSpec> {
  return {
    ...(props.nodeSelector && { nodeSelector: { ...props.nodeSelector } }),
    ...(props.tolerations && { tolerations: [...props.tolerations] }),
    priorityClassName: props.priorityClassName,
    ...(props.imagePullSecrets && { imagePullSecrets: props.imagePullSecrets.map((name) => ({ name })) }),
    runtimeClassName: props.runtimeClassName,
  };
}

function podSecurityContextOf(props: PodProps): k8s.PodSecurityContext | undefined {
  const { fsGroup, supplementalGroups, sysctls } = props;
  const policy = props.fsGroupChangePolicy ?? 'OnRootMismatch';
  const context = {
    ...(fsGroup !== undefined && { fsGroup, fsGroupChangePolicy: policy }),
    ...(supplementalGroups && { supplementalGroups: [...supplementalGroups] }),
    ...(sysctls && { sysctls: Object.entries(sysctls).map(([name, value]) => ({ name, value })) }),
  };
  return Object.keys(context).length > 0 ? context : undefined;
}

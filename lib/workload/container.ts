/** One container: its props, what is wrong with them, and its manifest. */
import { k8s } from 'cdk8s-plus-27';
import { type Env, envProblems, toEnvVars } from './env';
import { imageProblems } from '../kube/image';
import { labelProblems, portNameProblems } from '../kube/names';
import type { Problem } from '../kube/problems';
import { type Probes, probesProblems } from './probe';
import { isQuantity, nanosOf } from '../kube/quantity';
import { ContainerSecurity } from './security';
import { portNumberProblems } from '../kube/values';
import { type Mount, mountProblems, toVolumeDevice, toVolumeMount } from './volume';

/** A port that a container listens on. */
export interface ContainerPort {
  /** Up to 15 characters; Services and probes refer to it. */
  readonly name: string;

  /** 1 to 65535. With the host's network this is a port of the node. */
  readonly port: number;

  /** @default 'TCP' */
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP';
}

/** Amounts by resource: `cpu`, `memory`, `ephemeral-storage`, `hugepages-2Mi`, `huawei.com/Ascend910`. */
export type ResourceList = Readonly<Record<string, string>>;

/** What a container is promised, and what it may not exceed. */
export interface Resources {
  /**
   * Reserved on the node for it.
   * @default - as much as the limits
   */
  readonly requests?: ResourceList;

  /**
   * The most it gets: CPU is throttled, memory kills. A pod all of whose containers have limits equal to requests, for
   * CPU and memory, is `Guaranteed` and evicted last.
   * @default - no limits
   */
  readonly limits?: ResourceList;
}

export interface ContainerProps {
  /** A DNS label, unique in the pod. */
  readonly name: string;

  /** With a tag that does not move, or a digest. */
  readonly image: string;

  /** @default - IfNotPresent */
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';

  /**
   * Replaces the image's entry point.
   * @default - the image's
   */
  readonly command?: readonly string[];

  /**
   * Replaces the image's arguments.
   * @default - the image's
   */
  readonly args?: readonly string[];

  /** @default - the image's */
  readonly workingDir?: string;

  /** @default - none */
  readonly env?: Env;

  /** @default - none */
  readonly ports?: readonly ContainerPort[];

  /** @default - none: the pod is the first to be evicted */
  readonly resources?: Resources;

  /** @default - none */
  readonly probes?: Probes;

  /**
   * Hooks after the start and before the stop. Kubernetes: `lifecycle`.
   * @default - none
   */
  readonly lifecycle?: k8s.Lifecycle;

  /** @default - none */
  readonly mounts?: readonly Mount[];

  /** @default ContainerSecurity.restricted() */
  readonly security?: ContainerSecurity;
}

export function toContainer(props: ContainerProps): k8s.Container {
  const { env = {}, ports = [], mounts = [], probes = {}, security = ContainerSecurity.restricted() } = props;
  const folders = mounts.filter(({ volume }) => volume.block !== true);
  const devices = mounts.filter(({ volume }) => volume.block === true);
  return {
    name: props.name,
    image: props.image,
    imagePullPolicy: props.imagePullPolicy ?? 'IfNotPresent',
    ...(props.command && { command: [...props.command] }),
    ...(props.args && { args: [...props.args] }),
    workingDir: props.workingDir,
    ...(Object.keys(env).length > 0 && { env: toEnvVars(env) }),
    ...(ports.length > 0 && {
      ports: ports.map(({ name, port, protocol }) => ({
        name,
        containerPort: port,
        protocol: protocol ?? 'TCP',
      })),
    }),
    ...(props.resources && { resources: toResourceRequirements(props.resources) }),
    startupProbe: probes.startup?.toKube(),
    livenessProbe: probes.liveness?.toKube(),
    readinessProbe: probes.readiness?.toKube(),
    lifecycle: props.lifecycle,
    ...(folders.length > 0 && { volumeMounts: folders.map(toVolumeMount) }),
    ...(devices.length > 0 && { volumeDevices: devices.map(toVolumeDevice) }),
    securityContext: security.toKube(),
  };
}

/** Problems of one container; `property` is its place in the props, empty for the main container. */
export function containerProblems(property: string, props: ContainerProps): Problem[] {
  const at = (name: string) => (property === '' ? name : `${property}.${name}`);
  const { env = {}, ports = [], mounts = [], probes = {}, resources = {}, security } = props;
  return [
    ...labelProblems(at('name'), props.name),
    ...imageProblems(at('image'), props.image),
    ...envProblems(at('env'), env),
    ...portsProblems(at('ports'), ports),
    ...resourcesProblems(at('resources'), resources),
    ...probesProblems(at('probes'), probes),
    ...mountProblems(at('mounts'), mounts, security?.isPrivileged ?? false),
  ];
}

/** Problems of a container that runs to its end before the others: nobody asks it, or tells it, anything. */
export function initContainerProblems(property: string, props: ContainerProps): Problem[] {
  return [
    ...containerProblems(property, props),
    ...unheardProblems(`${property}.probes`, props.probes),
    ...unheardProblems(`${property}.lifecycle`, props.lifecycle),
  ];
}

function unheardProblems(property: string, given: object = {}): Problem[] {
  const names = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : name));
  if (names.length === 0) return [];
  const rule = 'an init container has neither probes nor hooks';
  return [{ property, value: names, rule, remedy: 'leave them out, or make it one of the sidecars' }];
}

/** Problems of a list of ports: names, numbers, and both of them once only. */
export function portsProblems(property: string, ports: readonly ContainerPort[]): Problem[] {
  const numbers = ports.map(({ port, protocol = 'TCP' }) => `${port}/${protocol}`);
  const names = ports.map(({ name }) => name);
  return [
    ...ports.flatMap(({ name, port }, index) => [
      ...portNameProblems(`${property}[${index}].name`, name),
      ...portNumberProblems(`${property}[${index}].port`, port),
    ]),
    ...repeatedProblems(property, names, 'two ports do not share a name'),
    ...repeatedProblems(property, numbers, 'two ports do not share a number'),
  ];
}

function repeatedProblems(property: string, values: readonly string[], rule: string): Problem[] {
  const repeated = values.filter((value, index) => values.indexOf(value) !== index);
  return repeated.map((value) => ({ property, value, rule, remedy: 'change one of them' }));
}

function resourcesProblems(property: string, { requests = {}, limits = {} }: Resources): Problem[] {
  return [
    ...amountProblems(`${property}.requests`, requests),
    ...amountProblems(`${property}.limits`, limits),
    ...Object.entries(requests).flatMap(([resource, request]) =>
      relationProblems(`${property}.requests.${resource}`, resource, request, limits[resource]),
    ),
  ];
}

function amountProblems(property: string, list: ResourceList): Problem[] {
  return Object.entries(list)
    .filter(([, amount]) => !isQuantity(amount))
    .map(([resource, amount]) => ({
      property: `${property}.${resource}`,
      value: amount,
      rule: 'an amount is a Kubernetes quantity, not negative',
      remedy: "write for example '500m' of cpu or '2Gi' of memory",
    }));
}

function relationProblems(
  property: string,
  resource: string,
  request: string,
  limit: string | undefined,
): Problem[] {
  if (limit === undefined && !isOvercommittable(resource)) {
    const rule = `${resource} is not overcommitted: a request has a limit`;
    return [{ property, value: request, rule, remedy: `set the limit to ${request}, too` }];
  }
  const [requested, limited] = [nanosOf(request), limit === undefined ? undefined : nanosOf(limit)];
  if (requested === undefined || limit === undefined || limited === undefined) return [];
  if (requested > limited) {
    return [
      { property, value: request, rule: `a request is at most the limit, ${limit}`, remedy: 'lower it' },
    ];
  }
  if (isOvercommittable(resource) || requested === limited) return [];
  return [
    {
      property,
      value: request,
      rule: `${resource} is not overcommitted: request equals limit`,
      remedy: `set ${limit}`,
    },
  ];
}

function isOvercommittable(resource: string): boolean {
  return resource === 'cpu' || resource === 'memory' || resource === 'ephemeral-storage';
}

/** An empty list is left out: the API server drops it, and every `kubectl apply` would send it again. */
function toResourceRequirements({ requests = {}, limits = {} }: Resources): k8s.ResourceRequirements {
  return {
    ...(Object.keys(requests).length > 0 && { requests: toQuantities(requests) }),
    ...(Object.keys(limits).length > 0 && { limits: toQuantities(limits) }),
  };
}

function toQuantities(list: ResourceList): Record<string, k8s.Quantity> {
  return Object.fromEntries(
    Object.entries(list).map(([resource, amount]) => [resource, k8s.Quantity.fromString(amount)]),
  );
}

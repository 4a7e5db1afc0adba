/** One container: its props, what is wrong with them, and its manifest. */
import { k8s } from 'cdk8s-plus-27';
import { imageProblems } from '../kube/image';
import { labelProblems, portNameProblems } from '../kube/names';
import { type Problem, broken, inEach, inProps, unless } from '../kube/problems';
import { isQuantity, nanosOf } from '../kube/quantity';
import type { Resolved } from '../kube/resolved';
import { portNumberProblems, repeatedProblems } from '../kube/values';
import { type Env, envProblems, toEnvVars } from './env';
import { type Probes, probesProblems } from './probe';
import { ContainerSecurity } from './security';
import { type Mount, isDevice, mountsProblems, toVolumeDevice, toVolumeMount } from './volume';

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

/** The port's protocol. */
export function protocolOf({ protocol = 'TCP' }: Pick<ContainerPort, 'protocol'>): 'TCP' | 'UDP' | 'SCTP' {
  return protocol;
}

/** A container with its defaults. */
export type Container = Resolved<
  ContainerProps,
  'name' | 'image' | 'imagePullPolicy' | 'env' | 'ports' | 'resources' | 'probes' | 'mounts' | 'security'
>;

export function resolveContainer(props: ContainerProps): Container {
  const { imagePullPolicy = 'IfNotPresent', env = {}, ports = [], resources = {}, probes = {} } = props;
  const { mounts = [], security = ContainerSecurity.restricted() } = props;
  const { name, image, command, args, workingDir, lifecycle } = props;
  return {
    name,
    image,
    imagePullPolicy,
    command,
    args,
    workingDir,
    env,
    ports,
    resources,
    probes,
    lifecycle,
    mounts,
    security,
  };
}

export function toContainer(container: Container): k8s.Container {
  const { env, ports, mounts, probes, command, args } = container;
  const folders = mounts.filter((mount) => !isDevice(mount));
  const devices = mounts.filter(isDevice);
  return {
    name: container.name,
    image: container.image,
    imagePullPolicy: container.imagePullPolicy,
    ...(command && { command: [...command] }),
    ...(args && { args: [...args] }),
    workingDir: container.workingDir,
    ...(Object.keys(env).length > 0 && { env: toEnvVars(env) }),
    ...(ports.length > 0 && { ports: ports.map(toKubePort) }),
    ...toResourceRequirements(container.resources),
    startupProbe: probes.startup?.toKube(),
    livenessProbe: probes.liveness?.toKube(),
    readinessProbe: probes.readiness?.toKube(),
    lifecycle: container.lifecycle,
    ...(folders.length > 0 && { volumeMounts: folders.map(toVolumeMount) }),
    ...(devices.length > 0 && { volumeDevices: devices.map(toVolumeDevice) }),
    securityContext: container.security.toKube(),
  };
}

function toKubePort(port: ContainerPort): k8s.ContainerPort {
  return { name: port.name, containerPort: port.port, protocol: protocolOf(port) };
}

/** Problems of one container. */
export function containerProblems(container: Container): Problem[] {
  return inProps({
    name: labelProblems(container.name),
    image: imageProblems(container.image),
    env: envProblems(container.env),
    ports: portsProblems(container.ports),
    resources: resourcesProblems(container.resources),
    probes: probesProblems(container.probes),
    mounts: mountsProblems(container.mounts, container.security.isPrivileged),
  });
}

/** Problems of a container that runs to its end before the others: nobody asks it, or tells it, anything. */
export function initContainerProblems(container: Container): Problem[] {
  const { probes, lifecycle } = container;
  return [
    ...containerProblems(container),
    ...inProps({ probes: unheardProblems(probes), lifecycle: unheardProblems(lifecycle) }),
  ];
}

function unheardProblems(given: object = {}): Problem[] {
  const names = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : name));
  const rule = 'an init container has neither probes nor hooks';
  return unless(names.length === 0, names, rule, 'leave them out, or make it one of the sidecars');
}

/** Problems of a list of ports: names, numbers, and both of them once only. */
export function portsProblems(ports: readonly ContainerPort[]): Problem[] {
  const names = ports.map(({ name }) => name);
  const numbers = ports.map((port) => `${port.port}/${protocolOf(port)}`);
  return [
    ...inEach(ports, ({ name, port }) =>
      inProps({ name: portNameProblems(name), port: portNumberProblems(port) }),
    ),
    ...repeatedProblems(names, 'two ports do not share a name', 'change one of them'),
    ...repeatedProblems(numbers, 'two ports do not share a number', 'change one of them'),
  ];
}

function resourcesProblems({ requests = {}, limits = {} }: Resources): Problem[] {
  return inProps({
    requests: inEach(requests, (request, resource) => [
      ...amountProblems(request),
      ...relationProblems(resource, request, limits[resource]),
    ]),
    limits: inEach(limits, amountProblems),
  });
}

function amountProblems(amount: string): Problem[] {
  return unless(
    isQuantity(amount),
    amount,
    'an amount is a Kubernetes quantity, not negative',
    "write for example '500m' of cpu or '2Gi' of memory",
  );
}

function relationProblems(resource: string, request: string, limit: string | undefined): Problem[] {
  if (limit === undefined) {
    const rule = `${resource} is not overcommitted: a request has a limit`;
    return unless(isOvercommittable(resource), request, rule, `set the limit to ${request}, too`);
  }
  const [requested, limited] = [nanosOf(request), nanosOf(limit)];
  if (requested === undefined || limited === undefined) return [];
  if (requested > limited) return broken(request, `a request is at most the limit, ${limit}`, 'lower it');
  return unless(
    isOvercommittable(resource) || requested === limited,
    request,
    `${resource} is not overcommitted: request equals limit`,
    `set ${limit}`,
  );
}

function isOvercommittable(resource: string): boolean {
  return resource === 'cpu' || resource === 'memory' || resource === 'ephemeral-storage';
}

/** An empty list is left out: the API server drops it, and every `kubectl apply` would send it again. */
function toResourceRequirements({ requests = {}, limits = {} }: Resources): Pick<k8s.Container, 'resources'> {
  const resources = {
    ...(Object.keys(requests).length > 0 && { requests: toQuantities(requests) }),
    ...(Object.keys(limits).length > 0 && { limits: toQuantities(limits) }),
  };
  return Object.keys(resources).length > 0 ? { resources } : {};
}

function toQuantities(list: ResourceList): Record<string, k8s.Quantity> {
  return Object.fromEntries(
    Object.entries(list).map(([resource, amount]) => [resource, k8s.Quantity.fromString(amount)]),
  );
}

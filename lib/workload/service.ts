/** Ports of a Service, each naming the container port that it leads to. */
import { k8s } from 'cdk8s-plus-27';
import type { ContainerPort } from './container';
import { portNameProblems } from '../kube/names';
import type { Problem } from '../kube/problems';
import { portNumberProblems } from '../kube/values';

export interface ServicePort {
  /** Up to 15 characters, unique in the Service. */
  readonly name: string;

  /** What clients connect to, 1 to 65535. */
  readonly port: number;

  /** The container port behind it: one of the application's `ports`. Kubernetes: `targetPort`. */
  readonly target: ContainerPort;
}

export function toServicePort({ name, port, target }: ServicePort): k8s.ServicePort {
  return {
    name,
    port,
    targetPort: k8s.IntOrString.fromNumber(target.port),
    protocol: target.protocol ?? 'TCP',
  };
}

/** A Service port for each container port, under the same name and number. */
export function samePorts(ports: readonly ContainerPort[]): ServicePort[] {
  return ports.map((target) => ({ name: target.name, port: target.port, target }));
}

/** Problems of a Service's ports, given what the application listens on. */
export function servicePortsProblems(
  property: string,
  ports: readonly ServicePort[],
  listening: readonly ContainerPort[],
): Problem[] {
  const found = ports.flatMap(({ name, port, target }, index) => [
    ...portNameProblems(`${property}[${index}].name`, name),
    ...portNumberProblems(`${property}[${index}].port`, port),
    ...targetProblems(`${property}[${index}].target`, target, listening),
  ]);
  if (ports.length === 0) {
    found.push({ property, value: [], rule: 'a Service has at least one port', remedy: 'add one' });
  }
  return [
    ...found,
    ...repeated(property, ports, ({ name }) => name),
    ...repeated(property, ports, ({ port, target }) => `${port}/${target.protocol ?? 'TCP'}`),
  ];
}

function targetProblems(
  property: string,
  target: ContainerPort,
  listening: readonly ContainerPort[],
): Problem[] {
  if (listening.some(({ name, port }) => name === target.name && port === target.port)) return [];
  return [
    {
      property,
      value: target.name,
      rule: `the application listens on ${listening.map(({ name }) => name).join(', ') || 'no port'}`,
      remedy: 'name one of its ports, or add this one to them',
    },
  ];
}

function repeated(
  property: string,
  ports: readonly ServicePort[],
  keyOf: (port: ServicePort) => string,
): Problem[] {
  const keys = ports.map(keyOf);
  return keys
    .filter((key, index) => keys.indexOf(key) !== index)
    .map((key) => ({
      property,
      value: key,
      rule: 'two ports of a Service share neither name nor number',
      remedy: 'change one of them',
    }));
}

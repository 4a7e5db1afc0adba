/** Ports of a Service, each naming the container port that it leads to. */
import { k8s } from 'cdk8s-plus-27';
import { portNameProblems } from '../kube/names';
import { type Problem, inEach, inProps, unless } from '../kube/problems';
import { portNumberProblems, repeatedProblems } from '../kube/values';
import { type ContainerPort, protocolOf } from './container';

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
    protocol: protocolOf(target),
  };
}

/** A Service port for each container port, under the same name and number. */
export function samePorts(ports: readonly ContainerPort[]): ServicePort[] {
  return ports.map((target) => ({ name: target.name, port: target.port, target }));
}

/** Problems of a Service's ports, given what the application listens on. */
export function servicePortsProblems(
  ports: readonly ServicePort[],
  listening: readonly ContainerPort[],
): Problem[] {
  return [
    ...inEach(ports, ({ name, port, target }) =>
      inProps({
        name: portNameProblems(name),
        port: portNumberProblems(port),
        target: targetProblems(target, listening),
      }),
    ),
    ...unless(ports.length > 0, [], 'a Service has at least one port', 'add one'),
    ...sharedProblems(ports.map(({ name }) => name)),
    ...sharedProblems(ports.map(({ port, target }) => `${port}/${protocolOf(target)}`)),
  ];
}

function sharedProblems(keys: readonly string[]): Problem[] {
  return repeatedProblems(keys, 'two ports of a Service share neither name nor number', 'change one of them');
}

function targetProblems(target: ContainerPort, listening: readonly ContainerPort[]): Problem[] {
  return unless(
    listening.some(({ name, port }) => name === target.name && port === target.port),
    target.name,
    `the application listens on ${listening.map(({ name }) => name).join(', ') || 'no port'}`,
    'name one of its ports, or add this one to them',
  );
}

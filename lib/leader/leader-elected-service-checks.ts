/** The rules of a `LeaderElectedService` that its pods' own rules do not cover. */
import { Duration } from 'cdk8s';
import type { ContainerPort } from '../kube/container';
import { imageProblems } from '../kube/image';
import { labelProblems, serviceNameProblems, subdomainProblems } from '../kube/names';
import { type Checks, InvalidPropsError, type Problem } from '../kube/problems';
import { servicePortsProblems } from '../kube/service';
import { countProblems, portNumberProblems, wholeSecondsProblems } from '../kube/values';
import {
  DEFAULT_ELECTOR_PORT,
  type LeaderElectedServiceProps,
  type RuntimeElectionProps,
  isEmbedded,
  roleOf,
} from './leader-elected-service-props';

/** What the runtime needs between the application's end and its own SIGKILL to release the Lease. */
const RELEASE_SECONDS = 2;

const ROLE_KEY = /^([a-z0-9.-]+\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

export function checkLeaderElectedService(checks: Checks, props: LeaderElectedServiceProps): void {
  checks.include(countProblems('replicas', props.replicas, 2));
  checks.include(imageProblems('runtimeImage', props.runtimeImage));
  checks.include(nameProblems(props));
  checkRole(checks, props);
  checkLeaderService(checks, props);
  checkGrace(checks, props);
  if (isEmbedded(props)) checks.include(wholeSecondsProblems('leaseDuration', props.leaseDuration, 1));
  else checkElected(checks, props);
}

/** Names that are not given follow from others, which have rules of their own. */
function nameProblems({ names = {} }: LeaderElectedServiceProps): Problem[] {
  const { lease, slice, serviceAccount, role, roleBinding } = names;
  return Object.entries({ lease, slice, serviceAccount, role, roleBinding }).flatMap(([name, value]) =>
    value === undefined ? [] : subdomainProblems(`names.${name}`, value),
  );
}

function checkRole(checks: Checks, props: LeaderElectedServiceProps): void {
  const { key, leader, standby } = roleOf(props);
  checks.require(ROLE_KEY.test(key), 'role.key', key, 'this is the key of a label', "use for example 'role'");
  checks.include(labelProblems('role.leader', leader));
  checks.include(labelProblems('role.standby', standby));
  checks.require(
    leader !== standby,
    'role.standby',
    standby,
    'leader and standby differ',
    'choose two values',
  );
  checks.require(
    props.selector?.[key] === undefined,
    'selector',
    props.selector,
    `the election changes the label '${key}', and the StatefulSet would lose its leader`,
    'leave that label out',
  );
}

function checkLeaderService(
  checks: Checks,
  { name, serviceName = name, ports = [], leaderService }: LeaderElectedServiceProps,
): void {
  checks.include(serviceNameProblems('leaderService.name', leaderService.name));
  checks.include(servicePortsProblems('leaderService.ports', leaderService.ports, ports));
  checks.require(
    leaderService.name !== serviceName,
    'leaderService.name',
    leaderService.name,
    'the headless Service of the members has this name',
    'give one of them another, for example with serviceName',
  );
}

function checkGrace(
  checks: Checks,
  { stopTimeout = Duration.seconds(10), terminationGracePeriod }: LeaderElectedServiceProps,
): void {
  checks.include(wholeSecondsProblems('stopTimeout', stopTimeout, 1));
  if (terminationGracePeriod === undefined) return;
  const needed = Math.ceil(stopTimeout.toMilliseconds() / 1000) + RELEASE_SECONDS;
  checks.require(
    terminationGracePeriod.toMilliseconds() >= needed * 1000,
    'terminationGracePeriod',
    terminationGracePeriod.toHumanString(),
    `the application stops in up to ${stopTimeout.toHumanString()}, and the Lease is released after it`,
    `use at least Duration.seconds(${needed})`,
  );
}

function checkElected(checks: Checks, props: RuntimeElectionProps): void {
  const { standby, command = [], ports = [], probes, electorPort = DEFAULT_ELECTOR_PORT } = props;
  const { check, hooks, kind, startTimeout } = standby;
  checks.include(portNumberProblems('electorPort', electorPort));
  if (check.kind === 'network') checks.include(portProblems('standby.check', check.port, ports));
  for (const [name, hook] of Object.entries(hooks)) {
    checks.include(portProblems(`standby.${name}`, hook.port, ports));
    checks.require(
      hook.path.startsWith('/'),
      `standby.${name}.path`,
      hook.path,
      "a path begins with '/'",
      'add it',
    );
  }
  if (kind === 'hot') return;
  checks.require(
    startTimeout.toMilliseconds() > 0,
    'standby.startTimeout',
    startTimeout.toHumanString(),
    'a start takes time',
    'set for example 60 s',
  );
  checks.require(
    command.length > 0,
    'command',
    command,
    "the gate starts the application, and cannot know the image's entry point",
    'name the program and its arguments',
  );
  checks.require(
    probes === undefined,
    'probes',
    Object.keys(probes ?? {}),
    "a cold standby's application does not run: its probes are asked through the elector",
    'leave them out; standby.check says how the leader is asked',
  );
  checks.require(
    props.shareProcessNamespace !== true,
    'shareProcessNamespace',
    true,
    'the gate is the first process of its container, so that nothing of the application outlives it',
    'leave it out',
  );
}

function portProblems(property: string, port: ContainerPort, ports: readonly ContainerPort[]): Problem[] {
  if (ports.some((other) => other.name === port.name && other.port === port.port)) return [];
  return [
    {
      property,
      value: port.port,
      rule: `the application listens on ${ports.map((other) => other.port).join(', ') || 'no port'}`,
      remedy: 'name one of its ports, or add this one to them',
    },
  ];
}

/** Builds something inner, whose problems are told by the properties that the user wrote. */
export function asWritten<T>(written: (property: string) => string, build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof InvalidPropsError)) throw error;
    const problems = error.problems.map((problem) => ({ ...problem, property: written(problem.property) }));
    throw new InvalidPropsError(error.subject, problems);
  }
}

/** What the user wrote for a property of the members, whose first sidecar or init container is the election's. */
export function writtenOf(props: LeaderElectedServiceProps): (property: string) => string {
  const list = isEmbedded(props) ? 'initContainers' : 'sidecars';
  const place = new RegExp(`^${list}\\[(\\d+)\\]`);
  return (property) =>
    property
      .replace(/^sidecars\[0\]\.resources/, isEmbedded(props) ? '$&' : 'electorResources')
      .replace(place, (_, index) => `${list}[${Number(index) - 1}]`);
}

/** The rules of a `LeaderElectedService` that its pods' own rules do not cover. */
import { Duration } from 'cdk8s';
import type { ContainerPort } from '../workload/container';
import { imageProblems } from '../kube/image';
import { LONGEST_SUBDOMAIN, labelProblems, serviceNameProblems, subdomainProblems } from '../kube/names';
import { type Checks, InvalidPropsError, type Problem, REDACTED } from '../kube/problems';
import { servicePortsProblems } from '../workload/service';
import { countProblems, portNumberProblems, wholeSecondsProblems } from '../kube/values';
import { ElectionTiming } from './election-timing';
import { fenceLimitProblems } from './fence-limit';
import { gatedProbesProblems } from './gated-pods';
import {
  DEFAULT_ELECTOR_PORT,
  type IpFamily,
  type LeaderElectedServiceProps,
  type RuntimeElectionProps,
  isEmbedded,
  roleOf,
  sliceName,
} from './leader-elected-service-props';
import type { HttpHook } from './standby';
import { LONGEST_WAIT_MS } from './timing-rules';

/** What the runtime needs between the application's end and its own SIGKILL to release the Lease. */
const RELEASE_SECONDS = 2;

/** A renewal that is not answered, its repetition, the look whether the API server is away, and a second question. */
const PROMISE_PERIODS = 2.5;

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
function nameProblems({ names = {}, leaderService }: LeaderElectedServiceProps): Problem[] {
  const { ipFamilies = [] } = leaderService;
  const { lease, slice, serviceAccount, role, roleBinding } = names;
  return Object.entries({ lease, slice, serviceAccount, role, roleBinding }).flatMap(([name, value]) =>
    value === undefined ? [] : subdomainProblems(`names.${name}`, value, longestOf(name, ipFamilies)),
  );
}

/** A second address family's slice has the family after its name. */
function longestOf(name: string, families: readonly IpFamily[]): number {
  const isAppended = name === 'slice' && families.length > 1;
  return LONGEST_SUBDOMAIN - (isAppended ? sliceName('', 'IPv6', 1).length : 0);
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
  checkFamilies(checks, leaderService.ipFamilies);
  checks.require(
    leaderService.name !== serviceName,
    'leaderService.name',
    leaderService.name,
    'the headless Service of the members has this name',
    'give one of them another, for example with serviceName',
  );
}

function checkFamilies(checks: Checks, families: readonly IpFamily[] | undefined): void {
  if (families === undefined) return;
  checks.require(
    families.length > 0 && new Set(families).size === families.length,
    'leaderService.ipFamilies',
    families,
    'a Service has one address family, or both',
    "name each once, or leave it out for the cluster's main one",
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
  checkOutage(checks, props);
  if (check.kind === 'network') checks.include(portProblems('standby.check', check.port, ports));
  for (const [name, hook] of Object.entries(hooks)) checkHook(checks, `standby.${name}`, hook, ports);
  if (kind === 'hot') return;
  checks.require(
    startTimeout.toMilliseconds() > 0,
    'standby.startTimeout',
    startTimeout.toHumanString(),
    'a start takes time',
    'set for example 60 s',
  );
  checks.include(gatedProbesProblems('standby.probes', standby));
  checks.include(fenceLimitProblems(props.resources ?? {}, props.election ?? ElectionTiming.default));
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
    'leave them out; standby.check says how the leader is asked, and standby.probes when',
  );
  checks.require(
    props.lifecycle?.postStart === undefined,
    'lifecycle.postStart',
    Object.keys(props.lifecycle?.postStart ?? {}),
    'it would run on every member when its gate starts, whether or not the member leads',
    'let the command do it: the gate runs that on the leader only',
  );
  checks.require(
    props.shareProcessNamespace !== true,
    'shareProcessNamespace',
    true,
    'the gate is the first process of its container, so that nothing of the application outlives it',
    'leave it out',
  );
}

/** A member that is asked looks whether the API server is away, for up to a `retryPeriod`, before it promises. */
function checkOutage(
  checks: Checks,
  { apiOutage, election = ElectionTiming.default }: RuntimeElectionProps,
): void {
  if (apiOutage?.kind !== 'ask-peers') return;
  const { atMost, key } = apiOutage;
  const { leaseDuration, renewDeadline, retryPeriod } = election;
  const least = leaseDuration.toSeconds();
  checks.include(wholeSecondsProblems('apiOutage.atMost', atMost, least, LONGEST_WAIT_MS / 1000));
  checks.require(
    key.secretKeyRef !== undefined,
    'apiOutage.key',
    REDACTED,
    'the members sign with a key that nobody else has',
    "refer to a Secret: fromSecret('SECRET', 'KEY')",
  );
  const shortest = PROMISE_PERIODS * retryPeriod.toMilliseconds();
  checks.require(
    renewDeadline.toMilliseconds() >= shortest,
    'election.renewDeadline',
    renewDeadline.toHumanString(),
    `promises must come before it: at least ${PROMISE_PERIODS} times retryPeriod`,
    `use at least Duration.millis(${shortest}), or lower retryPeriod`,
  );
}

function checkHook(checks: Checks, property: string, hook: HttpHook, ports: readonly ContainerPort[]): void {
  const { port, path, address = 'loopback' } = hook;
  checks.include(portNumberProblems(`${property}.port`, port));
  checks.require(path.startsWith('/'), `${property}.path`, path, "a path begins with '/'", 'add it');
  const isExposed = ports.some((other) => other.port === port);
  checks.require(
    address === 'pod' || !isExposed,
    `${property}.port`,
    port,
    "this port answers on the pod's address, where anybody in the cluster could call the hook",
    "let the application listen on 127.0.0.1 with a port for hooks alone, or say address: 'pod'",
  );
  checks.require(
    address === 'loopback' || isExposed,
    `${property}.port`,
    port,
    `on the pod's address the application listens on ${numbersOf(ports)}`,
    "name one of its ports, or leave out address: 'pod'",
  );
}

function numbersOf(ports: readonly ContainerPort[]): string {
  return ports.map(({ port }) => port).join(', ') || 'no port';
}

function portProblems(property: string, port: ContainerPort, ports: readonly ContainerPort[]): Problem[] {
  if (ports.some((other) => other.name === port.name && other.port === port.port)) return [];
  return [
    {
      property,
      value: port.port,
      rule: `the application listens on ${numbersOf(ports)}`,
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

/**
 * What the user wrote for a property of the members, whose first sidecar or init container is the election's. A cold
 * standby has the application's probes.
 */
export function writtenOf(props: LeaderElectedServiceProps): (property: string) => string {
  const isCold = !isEmbedded(props) && props.standby.kind === 'cold';
  const list = isEmbedded(props) ? 'initContainers' : 'sidecars';
  const place = new RegExp(`^${list}\\[(\\d+)\\]`);
  return (property) =>
    property
      .replace(/^probes\./, isCold ? 'standby.probes.' : '$&')
      .replace(/^sidecars\[0\]\.resources/, isEmbedded(props) ? '$&' : 'electorResources')
      .replace(place, (_, index) => `${list}[${Number(index) - 1}]`);
}

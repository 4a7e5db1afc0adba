/** The rules of a `LeaderElectedService`: its own, and those of its members by the properties that its user wrote. */
import { imageProblems } from '../kube/image';
import { LONGEST_SUBDOMAIN, labelProblems, serviceNameProblems, subdomainProblems } from '../kube/names';
import { namespaceProblems } from '../kube/namespace';
import { type Problem, REDACTED, type Renames, inEach, inProps, renamed, unless } from '../kube/problems';
import { countProblems, portNumberProblems, wholeSecondsProblems } from '../kube/values';
import { type ContainerPort } from '../workload/container';
import { servicePortsProblems } from '../workload/service';
import { StatefulStore } from '../workload/stateful-store';
import type { StatefulStoreProps } from '../workload/stateful-store-props';
import { fenceLimitProblems } from './fence-limit';
import { gatedProbesProblems } from './gated-pods';
import type { IpFamily } from './leader-elected-service-props';
import { type Elected, type Group, isEmbedded, sliceName, sliceOf } from './leader-elected-service-resolved';
import type { HttpHook } from './standby';
import { LONGEST_WAIT_MS } from './timing-rules';

/** What the runtime needs at least, between the application's end and its own SIGKILL, to release the Lease. */
const LEAST_RELEASE_SECONDS = 2;

/** A renewal that is not answered, its repetition, the look whether the API server is away, and a second question. */
const PROMISE_PERIODS = 2.5;

const ROLE_KEY = /^([a-z0-9.-]+\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** All that is wrong with a group and the members that it composes. */
export function groupProblems(group: Group, members: StatefulStoreProps): Problem[] {
  return [
    ...namespaceProblems(group.namespace),
    ...inProps({
      replicas: countProblems(group.replicas, 2),
      runtimeImage: imageProblems(group.runtimeImage),
      names: namesProblems(group),
      role: roleProblems(group),
      selector: selectorProblems(group),
      leaderService: leaderServiceProblems(group),
      stopTimeout: wholeSecondsProblems(group.stopTimeout, 1),
      terminationGracePeriod: graceProblems(group),
    }),
    ...(isEmbedded(group)
      ? inProps({ leaseDuration: wholeSecondsProblems(group.leaseDuration, 1) })
      : electedProblems(group)),
    ...renamed(StatefulStore.problems(members), memberNames(group)),
  ];
}

/** What its members have from other properties. */
function memberNames(group: Group): Renames {
  // At least two, the group's own rule says.
  const common = { replicas: null };
  if (isEmbedded(group)) return { ...common, 'initContainers.ensure-lease.image': null };
  const elected = {
    ...common,
    'sidecars.elector.image': null,
    'sidecars.elector.resources': 'electorResources',
    'sidecars.elector.ports': null,
    'sidecars.elector.probes': null,
  };
  if (group.standby.kind === 'hot') return elected;
  return {
    ...elected,
    // It begins with the group's name, whose rule is stricter.
    'volumes.gate.configMapName': null,
    'probes.*.port': null,
    probes: 'standby.probes',
  };
}

/** Those that follow from other names, which have rules of their own, are not told again. */
function namesProblems({ name, names, leaderService }: Group): Problem[] {
  const { ipFamilies = [] } = leaderService;
  return inEach(names, (value, key) =>
    value === name || value === sliceOf(leaderService.name)
      ? []
      : subdomainProblems(value, longestOf(key, ipFamilies)),
  );
}

/** A second address family's slice has the family after its name. */
function longestOf(name: string, families: readonly IpFamily[]): number {
  const isAppended = name === 'slice' && families.length > 1;
  return LONGEST_SUBDOMAIN - (isAppended ? sliceName('', 'IPv6', 1).length : 0);
}

function roleProblems({ role: { key, leader, standby } }: Group): Problem[] {
  return inProps({
    key: unless(ROLE_KEY.test(key), key, 'this is the key of a label', "use for example 'role'"),
    leader: labelProblems(leader),
    standby: [
      ...labelProblems(standby),
      ...unless(leader !== standby, standby, 'leader and standby differ', 'choose two values'),
    ],
  });
}

function selectorProblems({ selector, role: { key } }: Group): Problem[] {
  return unless(
    selector?.[key] === undefined,
    selector,
    `the election changes the label '${key}', and the StatefulSet would lose its leader`,
    'leave that label out',
  );
}

function leaderServiceProblems({
  leaderService: { name, ports, ipFamilies },
  store,
  ports: own,
}: Group): Problem[] {
  return inProps({
    name: [
      ...serviceNameProblems(name),
      ...unless(
        name !== store.serviceName,
        name,
        'the headless Service of the members has this name',
        'give one of them another, for example with serviceName',
      ),
    ],
    ports: servicePortsProblems(ports, own),
    ipFamilies: unless(
      ipFamilies === undefined || (ipFamilies.length > 0 && new Set(ipFamilies).size === ipFamilies.length),
      ipFamilies,
      'a Service has one address family, or both',
      "name each once, or leave it out for the cluster's main one",
    ),
  });
}

function graceProblems({ stopTimeout, terminationGracePeriod }: Group): Problem[] {
  const needed = Math.ceil(stopTimeout.toMilliseconds() / 1000) + LEAST_RELEASE_SECONDS;
  return unless(
    terminationGracePeriod.toMilliseconds() >= needed * 1000,
    terminationGracePeriod.toHumanString(),
    `the application stops in up to ${stopTimeout.toHumanString()}, and the Lease is released after it`,
    `use at least Duration.seconds(${needed})`,
  );
}

function electedProblems(group: Elected): Problem[] {
  const { standby, electorPort, ports } = group;
  const { check, hooks } = standby;
  return [
    ...inProps({
      electorPort: portNumberProblems(electorPort),
      standby: inProps({
        check: check.kind === 'network' ? listeningProblems(check.port, ports) : [],
        ...hooksProblems(hooks, ports),
      }),
    }),
    ...outageProblems(group),
    ...(standby.kind === 'cold' ? coldProblems(group) : []),
  ];
}

function coldProblems(group: Elected): Problem[] {
  const { standby, command = [], probes, election, resources = {}, lifecycle, shareProcessNamespace } = group;
  const { startTimeout } = standby;
  return inProps({
    standby: inProps({
      startTimeout: unless(
        startTimeout.toMilliseconds() > 0,
        startTimeout.toHumanString(),
        'a start takes time',
        'set for example 60 s',
      ),
      probes: gatedProbesProblems(standby),
    }),
    resources: fenceLimitProblems(resources, election),
    command: unless(
      command.length > 0,
      command,
      "the gate starts the application, and cannot know the image's entry point",
      'name the program and its arguments',
    ),
    probes: unless(
      probes === undefined,
      Object.keys(probes ?? {}),
      "a cold standby's application does not run: its probes are asked through the elector",
      'leave them out; standby.check says how the leader is asked, and standby.probes when',
    ),
    lifecycle: inProps({
      postStart: unless(
        lifecycle?.postStart === undefined,
        Object.keys(lifecycle?.postStart ?? {}),
        'it would run on every member when its gate starts, whether or not the member leads',
        'let the command do it: the gate runs that on the leader only',
      ),
    }),
    shareProcessNamespace: unless(
      shareProcessNamespace !== true,
      true,
      'the gate is the first process of its container, so that nothing of the application outlives it',
      'leave it out',
    ),
  });
}

/** A member that is asked looks whether the API server is away, for up to a `retryPeriod`, before it promises. */
function outageProblems({ apiOutage, election }: Elected): Problem[] {
  if (apiOutage.kind === 'stop') return [];
  const { leaseDuration, renewDeadline, retryPeriod } = election;
  const shortest = PROMISE_PERIODS * retryPeriod.toMilliseconds();
  return inProps({
    apiOutage: inProps({
      atMost: wholeSecondsProblems(apiOutage.atMost, leaseDuration.toSeconds(), LONGEST_WAIT_MS / 1000),
      key: unless(
        apiOutage.key.secretKeyRef !== undefined,
        REDACTED,
        'the members sign with a key that nobody else has',
        "refer to a Secret: fromSecret('SECRET', 'KEY')",
      ),
    }),
    election: inProps({
      renewDeadline: unless(
        renewDeadline.toMilliseconds() >= shortest,
        renewDeadline.toHumanString(),
        `promises must come before it: at least ${PROMISE_PERIODS} times retryPeriod`,
        `use at least Duration.millis(${shortest}), or lower retryPeriod`,
      ),
    }),
  });
}

function hooksProblems(
  { onPromote, onDemote }: Elected['standby']['hooks'],
  ports: readonly ContainerPort[],
) {
  return {
    ...(onPromote && { onPromote: hookProblems(onPromote, ports) }),
    ...(onDemote && { onDemote: hookProblems(onDemote, ports) }),
  };
}

function hookProblems(
  { port, path, address }: Required<HttpHook>,
  ports: readonly ContainerPort[],
): Problem[] {
  const isExposed = ports.some((other) => other.port === port);
  return inProps({
    port: [
      ...portNumberProblems(port),
      ...unless(
        address === 'pod' || !isExposed,
        port,
        "this port answers on the pod's address, where anybody in the cluster could call the hook",
        "let the application listen on 127.0.0.1 with a port for hooks alone, or say address: 'pod'",
      ),
      ...unless(
        address === 'loopback' || isExposed,
        port,
        `on the pod's address the application listens on ${numbersOf(ports)}`,
        "name one of its ports, or leave out address: 'pod'",
      ),
    ],
    path: unless(path.startsWith('/'), path, "a path begins with '/'", 'add it'),
  });
}

function numbersOf(ports: readonly ContainerPort[]): string {
  return ports.map(({ port }) => port).join(', ') || 'no port';
}

function listeningProblems({ name, port }: ContainerPort, ports: readonly ContainerPort[]): Problem[] {
  return unless(
    ports.some((other) => other.name === name && other.port === port),
    port,
    `the application listens on ${numbersOf(ports)}`,
    'name one of its ports, or add this one to them',
  );
}

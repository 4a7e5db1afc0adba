/** The rules of a pod: of its containers, and of what they share. */
import { subdomainProblems } from '../kube/names';
import { type Problem, broken, inEach, inNamed, inProps, unless } from '../kube/problems';
import { wholeSecondsProblems } from '../kube/values';
import { type Container, containerProblems, initContainerProblems, protocolOf } from './container';
import type { Mountable } from './mountable';
import { type Pod, mountedIn } from './pod';

/** Problems of the whole pod. */
export function podProblems(pod: Pod): Problem[] {
  const { initContainers, sidecars, terminationGracePeriod, imagePullSecrets = [], priorityClassName } = pod;
  return [
    ...containerProblems(pod),
    ...inProps({
      initContainers: inNamed(initContainers, initContainerProblems),
      sidecars: inNamed(sidecars, containerProblems),
    }),
    ...sharedContainerNameProblems(pod),
    ...inProps({
      ports: sharedPortProblems(pod),
      terminationGracePeriod: wholeSecondsProblems(terminationGracePeriod, 1),
      imagePullSecrets: inEach(imagePullSecrets, (name) => subdomainProblems(name)),
      priorityClassName: priorityClassName === undefined ? [] : subdomainProblems(priorityClassName),
      volumes: volumesProblems(pod),
    }),
  ];
}

/** Of each volume once, wherever it is mounted; also of those that share a name. */
function volumesProblems(pod: Pod): Problem[] {
  const volumes = distinct(mountedIn(pod));
  const each = volumes.flatMap((volume) => inProps({ [volume.name]: volume.problems() }));
  return [...each, ...sharedVolumeNameProblems(volumes)];
}

/** Two that are made alike are one. */
function distinct(mounted: readonly Mountable[]): Mountable[] {
  const volumes = [...new Set(mounted)];
  return volumes.filter((volume, index) => !volumes.slice(0, index).some((other) => isLike(other, volume)));
}

function isLike(a: Mountable, b: Mountable): boolean {
  return a.name === b.name && JSON.stringify(a) === JSON.stringify(b);
}

function sharedVolumeNameProblems(volumes: readonly Mountable[]): Problem[] {
  const names = volumes.map(({ name }) => name);
  const shared = names.filter((name, index) => names.indexOf(name) < index);
  return [...new Set(shared)].flatMap((name) =>
    broken(name, 'two different volumes of a pod do not share a name', 'rename one of them'),
  );
}

/** Told of those that are listed after the first one of a name, which the main container is. */
function sharedContainerNameProblems({ name, initContainers, sidecars }: Pod): Problem[] {
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

/** The rules of a `StatefulStore`. */
import { serviceNameProblems, statefulSetNameProblems } from '../kube/names';
import { type Problem, broken, inProps, renamed, unless } from '../kube/problems';
import { countProblems, wholeSecondsProblems } from '../kube/values';
import { podProblems } from './pod-checks';
import { labelsProblems } from './selector';
import { servicePortsProblems } from './service';
import type { Store } from './stateful-store-resolved';

/** All that is wrong with a store. */
export function storeProblems(store: Store): Problem[] {
  const { name, replicas, quorum, firstOrdinal, revisionHistoryLimit = 0, pod, containerName } = store;
  return [
    ...inProps({
      replicas: [...countProblems(replicas, 1), ...quorumProblems(store)],
      firstOrdinal: countProblems(firstOrdinal, 0),
      name: statefulSetNameProblems(name, firstOrdinal + replicas),
      serviceName: serviceNameProblems(store.serviceName),
      budget: store.budget.problems(replicas, quorum),
    }),
    ...labelsProblems(store),
    ...inProps({
      clientService: clientServiceProblems(store),
      update: inProps({ partition: partitionProblems(store) }),
      minReady: wholeSecondsProblems(store.minReady, 0),
      revisionHistoryLimit: countProblems(revisionHistoryLimit, 0),
    }),
    // A container that has the store's name has its problems too.
    ...renamed(podProblems(pod), { name: containerName === name ? null : 'containerName' }),
  ];
}

function quorumProblems({ replicas, quorum }: Store): Problem[] {
  return unless(
    !quorum || (replicas >= 3 && replicas % 2 === 1),
    replicas,
    'members that vote are odd in number and at least 3: an even one more tolerates no more losses',
    `set ${Math.max(3, 2 * Math.floor(replicas / 2) + 1)}`,
  );
}

function clientServiceProblems({ serviceName, pod, clientService }: Store): Problem[] {
  if (clientService === undefined) return [];
  const { name, ports } = clientService;
  return inProps({
    name: [
      ...serviceNameProblems(name),
      ...unless(
        name !== serviceName,
        name,
        'the headless Service has this name',
        'give one of them another, for example with serviceName',
      ),
    ],
    ports: servicePortsProblems(ports, pod.ports),
  });
}

function partitionProblems({ update, replicas, firstOrdinal }: Store): Problem[] {
  if (update === undefined || update === 'OnDelete') return [];
  const { partition } = update;
  if (Number.isInteger(partition) && partition >= 0 && partition <= firstOrdinal + replicas) return [];
  return broken(
    partition,
    'a partition is an ordinal, or one past the last to update nothing',
    `set 0 to ${firstOrdinal + replicas}`,
  );
}

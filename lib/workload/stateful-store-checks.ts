/** The rules of a `StatefulStore`. */
import { Budget } from './budget';
import {
  labelProblems,
  labelValueProblems,
  serviceNameProblems,
  statefulSetNameProblems,
  suggestLabel,
} from '../kube/names';
import { podProblems } from './pod';
import type { Problem } from '../kube/problems';
import { samePorts, servicePortsProblems } from './service';
import { countProblems, wholeSecondsProblems } from '../kube/values';
import { claimsOf } from './claim-template';
import type { StatefulStoreProps } from './stateful-store-props';

const LONGEST_NAME = 63;

/** All that is wrong with the props of a store that finds its pods by these labels. */
export function statefulStoreProblems(
  props: StatefulStoreProps,
  selector: Readonly<Record<string, string>>,
): Problem[] {
  const { name, replicas, quorum = false, firstOrdinal = 0, revisionHistoryLimit = 0 } = props;
  return [
    ...countProblems('replicas', replicas, 1),
    ...countProblems('firstOrdinal', firstOrdinal, 0),
    ...statefulSetNameProblems('name', name, firstOrdinal + replicas),
    ...serviceNameProblems('serviceName', props.serviceName ?? name),
    ...labelValuesProblems(props),
    ...quorumProblems(props),
    ...(props.budget ?? Budget.oneAtATime()).problems('budget', replicas, quorum),
    ...selectorProblems(selector, props.podLabels),
    ...clientServiceProblems(props),
    ...partitionProblems(props),
    ...wholeSecondsProblems('minReady', props.minReady, 0),
    ...countProblems('revisionHistoryLimit', revisionHistoryLimit, 0),
    ...podProblems({ ...props, name: props.containerName ?? suggestLabel(name, LONGEST_NAME) }),
    ...claimsOf(props).flatMap((claim, index) => claim.problems(`claims[${index}]`)),
  ];
}

/** A name to build with even if it is wrong, so that its owner reports it together with all else. */
export function usableName(name: string): string {
  return labelProblems('name', name).length === 0 ? name : suggestLabel(name, LONGEST_NAME);
}

/** Problems of a workload's selector: it finds its own pods, and not all of the namespace. */
export function selectorProblems(
  selector: Readonly<Record<string, string>>,
  podLabels: Readonly<Record<string, string>> = {},
): Problem[] {
  const contradicted = Object.entries(selector).filter(
    ([key, value]) => podLabels[key] !== undefined && podLabels[key] !== value,
  );
  return [
    ...(Object.keys(selector).length > 0
      ? []
      : [
          {
            property: 'selector',
            value: selector,
            rule: 'a selector has at least one label: without any it would be every pod of the namespace',
            remedy: 'name a label that only these pods have, or leave the selector out',
          },
        ]),
    ...contradicted.map(([key, value]) => ({
      property: `podLabels.${key}`,
      value: podLabels[key],
      rule: `the pods are found by this label, with the value '${value}'`,
      remedy: 'leave it out, or change the selector',
    })),
  ];
}

/** The values of labels that are given; those that follow from the name are valid if it is. */
function labelValuesProblems(props: StatefulStoreProps): Problem[] {
  const { application, component, selector = {}, podLabels = {} } = props;
  const values = {
    application,
    component,
    ...prefixed('selector', selector),
    ...prefixed('podLabels', podLabels),
  };
  // An empty value is a label too.
  return Object.entries(values).flatMap(([property, value]) =>
    value === undefined || value === '' ? [] : labelValueProblems(property, value),
  );
}

function prefixed(property: string, labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${property}.${key}`, value]));
}

function quorumProblems({ replicas, quorum = false }: StatefulStoreProps): Problem[] {
  if (!quorum || (replicas >= 3 && replicas % 2 === 1)) return [];
  return [
    {
      property: 'replicas',
      value: replicas,
      rule: 'members that vote are odd in number and at least 3: an even one more tolerates no more losses',
      remedy: `set ${Math.max(3, 2 * Math.floor(replicas / 2) + 1)}`,
    },
  ];
}

function clientServiceProblems({
  name,
  serviceName = name,
  ports = [],
  clientService,
}: StatefulStoreProps): Problem[] {
  if (clientService === undefined) return [];
  return [
    ...serviceNameProblems('clientService.name', clientService.name),
    ...servicePortsProblems('clientService.ports', clientService.ports ?? samePorts(ports), ports),
    ...(clientService.name !== serviceName
      ? []
      : [
          {
            property: 'clientService.name',
            value: clientService.name,
            rule: 'the headless Service has this name',
            remedy: 'give one of them another, for example with serviceName',
          },
        ]),
  ];
}

function partitionProblems({ update, replicas, firstOrdinal = 0 }: StatefulStoreProps): Problem[] {
  if (update === undefined || update === 'OnDelete') return [];
  const { partition } = update;
  if (Number.isInteger(partition) && partition >= 0 && partition <= firstOrdinal + replicas) return [];
  return [
    {
      property: 'update.partition',
      value: partition,
      rule: 'a partition is an ordinal, or one past the last to update nothing',
      remedy: `set 0 to ${firstOrdinal + replicas}`,
    },
  ];
}

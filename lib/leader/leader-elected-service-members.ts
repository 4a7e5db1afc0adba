/** The members of a group as the props of their store: the application, and what makes it one of several that may lead. */
import type { PodProps } from '../workload/pod-props';
import type { StatefulStoreProps } from '../workload/stateful-store-props';
import { electorContainer, ensureLeaseContainer } from './elector';
import { gateFiles, gated, gatedProbes } from './gated-pods';
import { type Elected, type Embedded, type Group, isEmbedded } from './leader-elected-service-resolved';
import { TERM_ANNOTATION } from './term';

export function memberProps(group: Group): StatefulStoreProps {
  const { role, names, terminationGracePeriod, podLabels } = group;
  return {
    ...group,
    ...(isEmbedded(group) ? embedded(group) : elected(group)),
    terminationGracePeriod,
    podManagement: 'Parallel',
    serviceAccountName: names.serviceAccount,
    podLabels: { ...podLabels, [role.key]: role.standby },
  };
}

function elected(group: Elected): Partial<PodProps> {
  const { standby, electorPort, probes, sidecars = [], podAnnotations } = group;
  const common = {
    sidecars: [electorContainer(group), ...sidecars],
    // A patch of the runtime names the token that it replaces.
    podAnnotations: { ...podAnnotations, [TERM_ANNOTATION]: '0' },
  };
  if (standby.kind === 'hot') return { ...common, probes };
  return {
    ...common,
    ...gated(group, gateFiles(group.name), group.election, standby),
    probes: gatedProbes(electorPort, standby),
  };
}

/** The image's own election needs the account's credentials, and a Lease to read. */
function embedded(group: Embedded): Partial<PodProps> {
  const { initContainers = [] } = group;
  return {
    automountServiceAccountToken: true,
    initContainers: [ensureLeaseContainer(group), ...initContainers],
  };
}

/** The rules of a `DaemonSet`. */
import { labelProblems } from '../kube/names';
import { type Problem, inProps, renamed, unless } from '../kube/problems';
import { ClaimTemplate } from './claim-template';
import type { PodOnEveryNode } from './daemon-set-resolved';
import { mountedOf } from './pod';
import { podProblems } from './pod-checks';
import { labelsProblems } from './selector';

/** All that is wrong with a DaemonSet. */
export function daemonSetProblems(daemonSet: PodOnEveryNode): Problem[] {
  const { name, containerName, pod } = daemonSet;
  return [
    ...inProps({ name: labelProblems(name) }),
    ...labelsProblems(daemonSet),
    // A container that has the DaemonSet's name has its problems too.
    ...renamed(podProblems(pod), { name: containerName === name ? null : 'containerName' }),
    ...inProps({
      volumes: mountedOf(pod).flatMap((volume) => inProps({ [volume.name]: claimProblems(volume) })),
    }),
  ];
}

function claimProblems(volume: object): Problem[] {
  return unless(
    !(volume instanceof ClaimTemplate),
    'a ClaimTemplate',
    'only a StatefulSet makes claims for its pods',
    'mount a PodVolume, for example PodVolume.claim(…), or use a StatefulStore',
  );
}

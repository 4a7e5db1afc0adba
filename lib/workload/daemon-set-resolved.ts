/** The defaults of a `DaemonSet`. */
import { instanceLabels } from '../kube/labels';
import type { Resolved, With } from '../kube/resolved';
import type { DaemonSetProps } from './daemon-set-props';
import { type Pod, resolvePod } from './pod';
import type { PodProps } from './pod-props';

/** A DaemonSet with its defaults; its pod stands apart. */
export type PodOnEveryNode = With<Resolved<OwnProps, keyof OwnProps>, { pod: Pod }>;

/** What is said of the DaemonSet and not of its pods. */
type OwnProps = Omit<DaemonSetProps, Exclude<keyof PodProps, 'name'>>;

/** One pod a node is what a DaemonSet is; spreading constraints would only get in its way. */
export function resolveDaemonSet(props: DaemonSetProps): PodOnEveryNode {
  const { name, containerName = name, application = name, component = name } = props;
  const { selector = instanceLabels(application, name) } = props;
  const pod = resolvePod({ ...props, name: containerName, spread: { host: 'none', zone: 'none' } });
  return { name, containerName, application, component, selector, pod };
}

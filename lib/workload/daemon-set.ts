/** A pod on every node that fits: the pod template that all workloads share, in a DaemonSet. */
import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { appLabels } from '../kube/labels';
import { labelProblems } from '../kube/names';
import { addNewerFields } from '../kube/newer-fields';
import { type Problem, inProps, refuse, renamed } from '../kube/problems';
import { Wave } from '../kube/sync';
import { type Pod, type PodProps, configFilesOf, podProblems, resolvePod, toPodTemplate } from './pod';
import { selectorProblems } from './selector';

export interface DaemonSetProps extends Omit<PodProps, 'name' | 'spread'> {
  /** Name of the DaemonSet. A DNS label. */
  readonly name: string;

  /** Name of the main container. */
  readonly containerName: string;

  /** What runs, as its makers call it. Label `app.kubernetes.io/name`. */
  readonly application: string;

  /** Its part in the system. Label `app.kubernetes.io/component`. */
  readonly component: string;

  /** Labels by which the DaemonSet finds its pods. Immutable on a living one. */
  readonly selector: Readonly<Record<string, string>>;
}

export class DaemonSet extends Construct {
  /** All that is wrong with a DaemonSet of these props, for what is composed of one. */
  static problems(props: DaemonSetProps): Problem[] {
    const pod = podOf(props);
    return [
      ...inProps({ name: labelProblems(props.name) }),
      ...selectorProblems(props.selector, pod.podLabels),
      ...renamed(podProblems(pod), { name: 'containerName' }),
    ];
  }

  constructor(scope: Construct, id: string, props: DaemonSetProps) {
    super(scope, id);
    refuse(this, DaemonSet.problems(props));
    const pod = podOf(props);
    const { name, application, component } = props;
    const selector = { ...props.selector };
    const labels = {
      ...Chart.of(this).labels,
      ...appLabels({ name: application, instance: name, component }),
    };
    for (const files of configFilesOf(pod)) files.addTo(this, labels);
    const { spec: template, newerFields } = toPodTemplate(pod, {
      labels: { ...labels, ...selector },
      selector,
    });
    const daemonSet = new k8s.KubeDaemonSet(this, 'daemon-set', {
      metadata: { name, labels, annotations: { ...Wave.clients } },
      spec: { selector: { matchLabels: selector }, template },
    });
    addNewerFields(daemonSet, newerFields);
  }
}

/** One pod a node is what a DaemonSet is; spreading constraints would only get in its way. */
function podOf(props: DaemonSetProps): Pod {
  return resolvePod({ ...props, name: props.containerName, spread: { host: 'none', zone: 'none' } });
}

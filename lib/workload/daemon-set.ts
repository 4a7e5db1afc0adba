/** A pod on every node that fits: the pod template that all workloads share, in a DaemonSet. */
import { type ApiObject, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { appLabels } from '../kube/labels';
import { namespaceOf, namespaceProblems } from '../kube/namespace';
import { addNewerFields } from '../kube/newer-fields';
import { type Problem, refuse } from '../kube/problems';
import { Wave } from '../kube/sync';
import { daemonSetProblems } from './daemon-set-checks';
import type { DaemonSetProps } from './daemon-set-props';
import { type PodOnEveryNode, resolveDaemonSet } from './daemon-set-resolved';
import { mountedOf, toPodTemplate } from './pod';

/**
 * A pod on every node that its placement admits, after what it is a client of: its objects come in the last sync wave.
 *
 * ```ts
 * new DaemonSet(chart, 'cache', {
 *   name: 'cache', image: 'registry.example/cache:1.4.2', hostNetwork: true,
 *   ports: [{ name: 'cache', port: 7400 }],
 * });
 * ```
 */
export class DaemonSet extends Construct {
  /** All that is wrong with a DaemonSet of these props, for what is composed of one. */
  static problems(props: DaemonSetProps): Problem[] {
    return daemonSetProblems(resolveDaemonSet(props));
  }

  /** Name of the DaemonSet. */
  readonly name: string;

  readonly namespace: string;

  readonly daemonSet: ApiObject;

  private readonly resolved: PodOnEveryNode;

  constructor(scope: Construct, id: string, props: DaemonSetProps) {
    super(scope, id);
    const daemonSet = resolveDaemonSet(props);
    this.namespace = namespaceOf(this);
    refuse(this, [...namespaceProblems(this.namespace), ...daemonSetProblems(daemonSet)]);
    const { name, application, component, pod } = daemonSet;
    this.name = name;
    this.resolved = daemonSet;
    const { selector } = this;
    const labels = {
      ...Chart.of(this).labels,
      ...appLabels({ name: application, instance: name, component }),
    };
    for (const volume of mountedOf(pod)) volume.addTo?.(this, labels);
    const { spec: template, newerFields } = toPodTemplate(pod, {
      labels: { ...labels, ...selector },
      selector,
    });
    this.daemonSet = new k8s.KubeDaemonSet(this, 'daemon-set', {
      metadata: { name, labels, annotations: { ...Wave.clients } },
      spec: { selector: { matchLabels: selector }, template },
    });
    addNewerFields(this.daemonSet, newerFields);
  }

  /** The labels by which the pods are found. */
  get selector(): Record<string, string> {
    return { ...this.resolved.selector };
  }
}

/** The chart of one system: its namespace first, with the Pod Security level that its pods need and no more. */
import { ApiObject, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { MANAGER } from '../kube/labels';
import { labelProblems, labelValueProblems } from '../kube/names';
import { inProps, refuse } from '../kube/problems';
import { NEVER_PRUNED, Wave } from '../kube/sync';
import { type Manifest, type PodTemplateView, podTemplateOf } from '../verify/manifest';
import { levelForAll } from '../verify/pod-security';

export interface SystemChartProps {
  /** The namespace of everything in the chart, which creates it: a DNS label. */
  readonly namespace: string;
}

/**
 * One system in one namespace, one file of dist/. Everything that is added to it carries the labels
 * `app.kubernetes.io/part-of` and `/managed-by`.
 *
 * ```ts
 * const memcache = new SystemChart(app, 'memcache', { namespace: 'ns-memcache' });
 * ```
 */
export class SystemChart extends Chart {
  constructor(scope: Construct, id: string, { namespace }: SystemChartProps) {
    super(scope, id, {
      namespace,
      labels: { 'app.kubernetes.io/part-of': id, 'app.kubernetes.io/managed-by': MANAGER },
      disableResourceNameHashes: true,
    });
    refuse(this, inProps({ namespace: labelProblems(namespace), id: labelValueProblems(id) }));
    new SystemNamespace(this, 'namespace', namespace);
  }
}

class SystemNamespace extends k8s.KubeNamespace {
  constructor(chart: Chart, id: string, name: string) {
    super(chart, id, { metadata: { name, annotations: { ...Wave.configuration, ...NEVER_PRUNED } } });
  }

  /** Adds the level when all pods are known, and takes out the namespace that a chart gives to all its objects. */
  override toJson(): Manifest {
    const { metadata, ...rest } = super.toJson() as Manifest;
    const { namespace, labels, ...others } = metadata;
    const level = levelForAll(podsBeside(this));
    return {
      ...rest,
      metadata: {
        ...others,
        labels: {
          ...labels,
          'pod-security.kubernetes.io/enforce': level,
          'pod-security.kubernetes.io/enforce-version': 'latest',
        },
      },
    };
  }
}

/** The pods of the chart, without those that it puts into another namespace. */
function podsBeside(namespace: ApiObject): PodTemplateView[] {
  const constructs = namespace.chart.node.findAll().filter((construct) => construct !== namespace);
  return constructs
    .filter((construct) => ApiObject.isApiObject(construct))
    .filter(({ metadata }) => metadata.namespace === namespace.name)
    .flatMap((object) => podTemplateOf(object.toJson() as Manifest) ?? []);
}

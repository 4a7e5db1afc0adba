/** A controller that selects the pods of another: both count and delete the same pods. */
import type { LabelSelector, Labels } from '../manifest';
import type { Model } from '../model';
import type { Fault, Rule } from '../rule';

export const workloadsSharePods: Rule = {
  id: 'workloads-share-pods',
  severity: 'error',
  title: 'A workload selects the pods of another',
  remedy: 'Give each its own selector',
  check: sharedPods,
};

function sharedPods({ workloads, pods }: Model): Fault[] {
  return workloads.flatMap((workload) => {
    if (workload.type !== 'Controller') return [];
    const selector = claimedLabels(workload.selector);
    return pods
      .selected(workload.namespace, selector)
      .filter((other) => other !== workload)
      .map(({ constructPath }) => ({
        object: workload,
        message: `also selects the pods of ${constructPath}: ${JSON.stringify(selector)}`,
      }));
  });
}

/** The labels by which pods are claimed; none where expressions, which are not read here, narrow the claim. */
function claimedLabels({ matchLabels = {}, matchExpressions }: LabelSelector): Labels {
  return matchExpressions === undefined ? matchLabels : {};
}

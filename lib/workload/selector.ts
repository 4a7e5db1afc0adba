/** The labels by which a workload finds its pods. */
import { type Problem, inEach, inProps, unless } from '../kube/problems';

/** Problems of a workload's selector: it finds its own pods, and not all of the namespace. */
export function selectorProblems(
  selector: Readonly<Record<string, string>>,
  podLabels: Readonly<Record<string, string>>,
): Problem[] {
  return inProps({
    selector: unless(
      Object.keys(selector).length > 0,
      selector,
      'a selector has at least one label: without any it would be every pod of the namespace',
      'name a label that only these pods have, or leave the selector out',
    ),
    podLabels: inEach(podLabels, (value, key) =>
      unless(
        selector[key] === undefined || selector[key] === value,
        value,
        `the pods are found by this label, with the value '${selector[key] ?? ''}'`,
        'leave it out, or change the selector',
      ),
    ),
  });
}

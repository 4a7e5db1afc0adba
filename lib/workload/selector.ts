/** The labels of a workload and its pods, and those by which it finds them. */
import { labelValueProblems } from '../kube/names';
import { type Problem, inEach, inProps, unless } from '../kube/problems';
import type { Pod } from './pod';

/** What says how a workload and its pods are labelled. */
export interface Labelled {
  readonly name: string;
  readonly application: string;
  readonly component: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly pod: Pick<Pod, 'podLabels'>;
}

/** Problems of a workload's labels: their values, and that it finds its own pods and not all of the namespace. */
export function labelsProblems(workload: Labelled): Problem[] {
  const { name, application, component, selector, pod } = workload;
  // What follows from the name, whose rules are stricter, or from the application, is told there. '' is a value too.
  const problemsOf = (value: string) => (value === '' || value === name ? [] : labelValueProblems(value));
  return inProps({
    application: problemsOf(application),
    component: problemsOf(component),
    selector: [
      ...unless(
        Object.keys(selector).length > 0,
        selector,
        'a selector has at least one label: without any it would be every pod of the namespace',
        'name a label that only these pods have, or leave the selector out',
      ),
      ...inEach(selector, (value) => (value === application ? [] : problemsOf(value))),
    ],
    podLabels: inEach(pod.podLabels, (value, key) => [
      ...problemsOf(value),
      ...unless(
        selector[key] === undefined || selector[key] === value,
        value,
        `the pods are found by this label, with the value '${selector[key] ?? ''}'`,
        'leave it out, or change the selector',
      ),
    ]),
  });
}

/** The namespace that a construct's objects go to. */
import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { type Problem, inProps, unless } from './problems';

/** The chart's; empty if it has none, which `namespaceProblems` refuses. */
export function namespaceOf(construct: Construct): string {
  return Chart.of(construct).namespace ?? '';
}

/** Problems of a namespace that others must know. */
export function namespaceProblems(namespace: string): Problem[] {
  return inProps({
    namespace: unless(
      namespace !== '',
      undefined,
      'permissions and DNS names need to know the namespace',
      'use a SystemChart, or give the Chart a namespace',
    ),
  });
}

import fc from 'fast-check';
import { matches } from '../../lib/verify/manifest';
import { PodIndex } from '../../lib/verify/pod-index';

it('finds what comparing a selector with each of all pods finds, in the same order', () => {
  const labels = fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2'));
  const namespace = fc.constantFrom('x', 'y');
  const pods = fc.array(
    fc.record({
      namespace,
      template: fc.record({ metadata: fc.record({ labels }), spec: fc.constant({ containers: [] }) }),
    }),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(pods, namespace, labels, (workloads, place, selector) => {
      const expected = workloads.filter(
        (workload) =>
          workload.namespace === place &&
          Object.keys(selector).length > 0 &&
          matches(selector, workload.template.metadata.labels),
      );

      expect(new PodIndex(workloads).selected(place, selector)).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

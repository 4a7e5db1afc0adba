/** When a pod is ready. */
import type { Pod } from '../../../cluster/objects';
import { isReady } from '../../../cluster/pods';

function pod(status: string | undefined, deletionTimestamp?: string): Pod {
  const condition = (type: string, is: string) => ({ type, status: is, lastTransitionTime: '' });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', uid: '1', resourceVersion: '1', creationTimestamp: '', deletionTimestamp },
    spec: { containers: [] },
    status: {
      phase: 'Running',
      conditions: [
        condition('PodScheduled', 'True'),
        ...(status === undefined ? [] : [condition('Ready', status)]),
      ],
    },
  };
}

test.each([
  ['that says so', pod('True'), true],
  ['that says otherwise', pod('False'), false],
  ['that says nothing yet', pod(undefined), false],
  ['that is being deleted, whatever it says', pod('True', '2026-01-01T00:00:00Z'), false],
])('a pod %s', (_, each, ready) => {
  expect(isReady(each)).toBe(ready);
});

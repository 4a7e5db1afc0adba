/** Which nodes take pods, and how one is emptied. */
import { drain, nodesForPods, uncordon } from '../../../cluster/nodes';
import { useFakeKubectl } from './fake-kubectl';

const fake = useFakeKubectl();

test('a node with a taint takes no pods', () => {
  const nodes = [
    { metadata: { name: 'control-plane' }, spec: { taints: [{ effect: 'NoSchedule' }] } },
    { metadata: { name: 'worker' }, spec: {} },
  ];
  fake.answers(`echo '${JSON.stringify({ items: nodes })}'`);

  expect(nodesForPods().map(({ metadata }) => metadata.name)).toEqual(['worker']);
});

test('only the pods of the label are drained', async () => {
  await drain('worker', 'app=a');
  await uncordon('worker');

  expect(fake.asked()).toEqual([
    'drain worker --ignore-daemonsets --delete-emptydir-data --timeout=120s --pod-selector=app=a',
    'uncordon worker',
  ]);
});

test('a drain that a budget stops is a failure', async () => {
  fake.answers('echo "would violate the budget" >&2; exit 1');

  await expect(drain('worker', 'app=a')).rejects.toThrow('would violate the budget');
});

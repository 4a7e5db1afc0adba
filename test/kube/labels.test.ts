/** Tests of the recommended labels. */
import { appLabels, instanceLabels } from '../../lib/kube/labels';

it('labels what runs, which one it is, its part in the system and who made it', () => {
  expect(appLabels({ name: 'zookeeper', instance: 'zk', component: 'ensemble' })).toEqual({
    'app.kubernetes.io/name': 'zookeeper',
    'app.kubernetes.io/instance': 'zk',
    'app.kubernetes.io/component': 'ensemble',
    'app.kubernetes.io/managed-by': 'cdk8s-ha',
  });
});

it('finds the pods of a workload by labels that all its pods have', () => {
  const selector = instanceLabels('zookeeper', 'zk');
  const labels = appLabels({ name: 'zookeeper', instance: 'zk', component: 'ensemble' });

  expect(labels).toMatchObject(selector);
  expect(Object.keys(selector)).toHaveLength(2);
});

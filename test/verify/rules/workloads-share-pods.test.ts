import { type WorkloadProps, located, told, waiverCases, workload } from '../../support/manifests';

const RULE = 'workloads-share-pods';

const db = workload({ name: 'db' });
const greedy = workload({
  name: 'greedy',
  selector: { tier: 'data' },
  labels: { tier: 'data', app: 'greedy' },
});
const other = workload({ name: 'other', labels: { tier: 'data', app: 'other' } });

describe('a workload that selects the pods of another', () => {
  it('is found by name, with the selector', () => {
    expect(told(RULE, [greedy, other])).toEqual([
      '[app/greedy] StatefulSet ns/greedy also selects the pods of app/other: {"tier":"data"}. ' +
        'Give each its own selector. [workloads-share-pods]',
    ]);
  });

  it('is found twice if each selects the other, also across kinds', () => {
    const alike = { labels: { app: 'x' }, selector: { app: 'x' } };

    expect(
      told(RULE, [workload({ name: 'a', ...alike }), workload({ name: 'b', kind: 'Deployment', ...alike })]),
    ).toHaveLength(2);
  });

  it.each<[string, WorkloadProps]>([
    ['in another namespace', { name: 'other', namespace: 'other', labels: { app: 'db' } }],
    ['with another value', { name: 'other', labels: { app: 'dbx' } }],
    ['without labels', { name: 'other', labels: {} }],
  ])('is not found if the pods are %s', (_, props) => {
    expect(told(RULE, [db, workload({ selector: { app: 'x' }, ...props })])).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['no selector, as a Job has', undefined],
    ['an empty one', {}],
    [
      'expressions, which are not read',
      { matchLabels: { app: 'db' }, matchExpressions: [{ key: 'a', operator: 'Exists' }] },
    ],
    ['labels without matchLabels, as a ReplicationController has', { app: 'db' }],
  ])('is not looked for with %s', (_, selector) => {
    const template = { metadata: { labels: { app: 'job' } }, spec: { containers: [] } };
    const job = located({ name: 'job' }, { apiVersion: 'v1', kind: 'Job', spec: { template, selector } });

    expect(told(RULE, [db, job])).toEqual([]);
  });

  it.each(waiverCases(RULE, [greedy, other]))('%s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });
});

/** How manifests become a model: which kinds it tells apart, and what it reads of each. */
import { type LocatedManifest, buildModel } from '../../lib/verify';

const template = { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'db' }] } };

function object(apiVersion: string, kind: string, spec?: unknown): LocatedManifest {
  return { constructPath: `app/${kind}`, manifest: { apiVersion, kind, metadata: { name: 'db' }, spec } };
}

describe('a model', () => {
  it('has all objects in their order, whatever their kind', () => {
    const objects = [
      object('v1', 'ConfigMap'),
      object('v1', 'Service', {}),
      object('g/v1', 'Unknown', 'spec'),
    ];

    expect(buildModel(objects).objects).toMatchObject(objects);
  });

  it.each([
    ['a selector', { selector: { app: 'db' } }, { app: 'db' }],
    ['values that look like numbers', { selector: { shard: 1 } }, { shard: '1' }],
    ['no selector', {}, {}],
    ['no spec', undefined, {}],
  ])('has a Service with %s', (_, spec, selector) => {
    expect(buildModel([object('v1', 'Service', spec)]).services).toMatchObject([
      { constructPath: 'app/Service', namespace: '', selector },
    ]);
  });

  it('takes no Service of another API for one of Kubernetes, but runs its pods', () => {
    const { services, workloads } = buildModel([object('serving.knative.dev/v1', 'Service', { template })]);

    expect(services).toEqual([]);
    expect(workloads).toMatchObject([{ type: 'Controller', template }]);
  });

  it.each<[string, string, string, unknown, object]>([
    ['a Pod, which has no selector', 'v1', 'Pod', template.spec, { type: 'Pod' }],
    [
      'a CronJob, which has none either',
      'batch/v1',
      'CronJob',
      { jobTemplate: { spec: { template } } },
      { type: 'CronJob', template },
    ],
    [
      'a StatefulSet with its labels',
      'apps/v1',
      'StatefulSet',
      { template, selector: { matchLabels: { app: 'db' } } },
      { type: 'Controller', template, selector: { matchLabels: { app: 'db' } } },
    ],
    [
      'a Deployment with expressions',
      'apps/v1',
      'Deployment',
      { template, selector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } },
      { type: 'Controller', selector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } },
    ],
    ['a Job without a selector', 'batch/v1', 'Job', { template }, { type: 'Controller', selector: {} }],
    ['a Rollout', 'argoproj.io/v1alpha1', 'Rollout', { template }, { type: 'Controller', template }],
  ])('has %s', (_, apiVersion, kind, spec, expected) => {
    expect(buildModel([object(apiVersion, kind, spec)]).workloads).toMatchObject([expected]);
  });

  it('runs no pods of what has none', () => {
    expect(buildModel([object('v1', 'ConfigMap'), object('v1', 'Pod', {})]).workloads).toEqual([]);
  });

  it('finds workloads by the labels of their pods', () => {
    const model = buildModel([object('apps/v1', 'StatefulSet', { template })]);

    expect(model.pods.selected('', { app: 'db' })).toEqual(model.workloads);
  });
});

import type { Labels, LocatedManifest } from '../../../lib/verify';
import { type ServiceProps, located, service, told, waiverCases, workload } from '../../support/manifests';

const RULE = 'service-selects-no-pod';
const RUNTIME = { 'cdk8s-ha/runtime-label': 'role' };

const db = workload({ name: 'db' });

describe('a Service', () => {
  it.each<[string, ServiceProps]>([
    ['another label', { name: 's', selector: { app: 'other' } }],
    ['one label too many', { name: 's', selector: { app: 'db', role: 'master' } }],
    ['pods of another namespace', { name: 's', namespace: 'other', selector: { app: 'db' } }],
    [
      'a runtime label and another that is wrong',
      { name: 's', selector: { app: 'x', role: 'm' }, annotations: RUNTIME },
    ],
    [
      'a runtime label that it does not name',
      { name: 's', selector: { app: 'db', role: 'm' }, annotations: { 'cdk8s-ha/runtime-label': 'mode' } },
    ],
  ])('selects nothing by %s', (_, props) => {
    expect(told(RULE, [db, service(props)])).toEqual([
      expect.stringMatching(/^\[app\/s\] Service \w+\/s selects no pod of this app: \{"app":/),
    ]);
  });

  it('is told with its selector, without a label that is set while pods run', () => {
    expect(
      told(RULE, [service({ name: 's', selector: { app: 'x', role: 'm' }, annotations: RUNTIME })]),
    ).toEqual([
      '[app/s] Service ns/s selects no pod of this app: {"app":"x"}. ' +
        'Correct spec.selector, or leave it out if something else writes the endpoints. [service-selects-no-pod]',
    ]);
  });

  it.each<[string, ServiceProps]>([
    ['all of its labels', { name: 's', selector: { app: 'db' } }],
    [
      'a label that is set while pods run',
      { name: 's', selector: { app: 'db', role: 'm' }, annotations: RUNTIME },
    ],
    ['nothing but such a label', { name: 's', selector: { role: 'm' }, annotations: RUNTIME }],
    ['nothing, since something else writes the endpoints', { name: 's' }],
    ['an empty selector, which is the same', { name: 's', selector: {} }],
  ])('is left alone if it selects by %s', (_, props) => {
    expect(told(RULE, [db, service(props)])).toEqual([]);
  });

  it('may select a pod that no workload made, and pods of a CronJob', () => {
    const pod: LocatedManifest = {
      constructPath: 'app/pod',
      manifest: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'pod', namespace: 'ns', labels: { app: 'pod' } },
        spec: { containers: [] },
      },
    };
    const template = { metadata: { labels: { app: 'job' } }, spec: { containers: [] } };
    const job = located(
      { name: 'job' },
      { apiVersion: 'batch/v1', kind: 'CronJob', spec: { jobTemplate: { spec: { template } } } },
    );
    const services = ['pod', 'job'].map((app) => service({ name: app, selector: { app } }));

    expect(told(RULE, [pod, job, ...services])).toEqual([]);
  });

  it('is compared by value, also when a label looks like a number', () => {
    const labels = { app: 'db', shard: '1' };
    const shard = JSON.parse('{"shard":1}') as Labels;

    expect(told(RULE, [workload({ name: 'db', labels }), service({ name: 's', selector: shard })])).toEqual(
      [],
    );
  });

  it.each(waiverCases(RULE, [db, service({ name: 's', selector: { app: 'x' } })]))(
    '%s',
    (_, found, expected) => {
      expect(found).toEqual(expected);
    },
  );
});

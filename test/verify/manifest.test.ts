/** Tests of how checks read manifests: which kinds have pods, what they are called, and what a selector selects. */
import { type Manifest, matches, nameOf, podTemplateOf } from '../../lib/verify/manifest';

const template = { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'db' }] } };

function manifest(kind: string, spec: unknown): Manifest {
  return { apiVersion: 'v1', kind, metadata: { name: 'db', labels: { app: 'db' } }, spec };
}

describe('the pod template', () => {
  it.each([
    'StatefulSet',
    'Deployment',
    'DaemonSet',
    'ReplicaSet',
    'Job',
    'ReplicationController',
    'Rollout',
  ])('of a %s is what it makes pods from', (kind) => {
    expect(podTemplateOf(manifest(kind, { template }))).toEqual(template);
  });

  it('of a CronJob is that of its jobs', () => {
    expect(podTemplateOf(manifest('CronJob', { jobTemplate: { spec: { template } } }))).toEqual(template);
  });

  it('of a Pod is the pod itself', () => {
    expect(podTemplateOf(manifest('Pod', template.spec))).toMatchObject(template);
  });

  it.each<[string, Manifest]>([
    ['a ConfigMap, which has no spec', manifest('ConfigMap', undefined)],
    ['a Service', manifest('Service', { selector: { app: 'db' } })],
    ['a CronJob without jobs', manifest('CronJob', {})],
    ['a Pod without containers', manifest('Pod', {})],
    ['something whose template has no spec', manifest('SealedSecret', { template: {} })],
    [
      'something that makes no pods from its template',
      manifest('ApplicationSet', { template: { spec: { project: 'p' } } }),
    ],
  ])('is none for %s', (_, object) => {
    expect(podTemplateOf(object)).toBeUndefined();
  });
});

describe('the name of an object', () => {
  it.each([
    ['with its namespace', 'ns', 'Service ns/db'],
    ['alone if it has none', undefined, 'Service db'],
  ])('is told %s', (_, namespace, name) => {
    const metadata = { name: 'db', ...(namespace !== undefined && { namespace }) };

    expect(nameOf({ apiVersion: 'v1', kind: 'Service', metadata })).toBe(name);
  });
});

describe('a selector', () => {
  it.each([
    ['all of its labels', { a: '1' }, { a: '1', b: '2' }, true],
    ['no label, so anything', {}, { a: '1' }, true],
    ['another value', { a: '1' }, { a: '2' }, false],
    ['a label that is missing', { a: '1', c: '3' }, { a: '1' }, false],
  ])('selects by %s', (_, selector, labels, expected) => {
    expect(matches(selector, labels)).toBe(expected);
  });
});

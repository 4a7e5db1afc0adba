/** The environments of config/, rendered in this process; dist/ is their snapshot. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environments } from '../config';
import type { Environment } from '../config/environment';
import { App, type RenderedFile } from '../lib';

const DIST = join(__dirname, '..', 'dist');

function render({ build }: Environment): readonly RenderedFile[] {
  const app = new App();
  build(app);
  return app.render();
}

const byName = environments.map((environment) => [environment.name, environment] as const);

test('environments have names of their own', () => {
  expect(new Set(environments.map(({ name }) => name)).size).toBe(environments.length);
});

describe.each(byName)('environment %s', (name, environment) => {
  const folder = name === 'demo' ? DIST : join(DIST, name);
  const files = render(environment);

  test('is what dist/ holds', () => {
    for (const { path, content } of files) {
      expect({ path, content }).toEqual({ path, content: readFileSync(join(folder, path), 'utf8') });
    }
    expect(files.length).toBeGreaterThan(0);
  });

  test('renders the same bytes again', () => {
    expect(render(environment).map(({ content }) => content)).toEqual(files.map(({ content }) => content));
  });

  test('holds nothing that something changes at run time', () => {
    const kinds = files.flatMap(({ objects }) => objects.map(({ manifest }) => manifest.kind));

    expect(kinds).not.toContain('Lease');
    expect(kinds).not.toContain('EndpointSlice');
  });
});

describe.each(['demo', 'production'])('every file of %s', (name) => {
  const files = environments.filter((environment) => environment.name === name).flatMap(render);

  test('begins with the namespace of all its objects that have one', () => {
    for (const { objects } of files) {
      const [first, ...others] = objects.map(({ manifest }) => manifest);
      expect(first?.kind).toBe('Namespace');
      for (const { kind, metadata } of others) {
        const expected = kind.startsWith('ValidatingAdmissionPolicy') ? undefined : first?.metadata.name;
        expect(metadata.namespace).toBe(expected);
      }
    }
    expect(files.map(({ path }) => path)).toEqual(['memcache.k8s.yaml']);
  });
});

test('production runs without a privilege, the demo needs the node', () => {
  const levelOf = (name: string) =>
    environments
      .filter((environment) => environment.name === name)
      .flatMap(render)
      .flatMap(({ objects }) => objects)
      .find(({ manifest }) => manifest.kind === 'Namespace')?.manifest.metadata.labels?.[
      'pod-security.kubernetes.io/enforce'
    ];

  expect(levelOf('production')).toBe('restricted');
  expect(levelOf('demo')).toBe('privileged');
});

test('production holds the account of its election to what an election does, the demo leaves that to RBAC', () => {
  const policies = (name: string) =>
    environments
      .filter((environment) => environment.name === name)
      .flatMap(render)
      .flatMap(({ objects }) => objects)
      .filter(({ manifest }) => manifest.kind === 'ValidatingAdmissionPolicy')
      .map(({ manifest }) => manifest.metadata.name);

  expect(policies('production')).toEqual([
    'ns-memcache.meta-service-pod.writes',
    'ns-memcache.meta-service-pod.routes',
  ]);
  expect(policies('demo')).toEqual([]);
});

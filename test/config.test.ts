/** The environments of config/, rendered in this process; dist/ is their snapshot. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { environments } from '../config';
import { type Environment, folderOf } from '../config/environment';
import { App, SystemChart } from '../lib';
import { type Manifest, podTemplateOf } from '../lib/verify/manifest';
import { renderEnvironment } from './support/environments';

const DIST = join(__dirname, '..', 'dist');

const byName = environments.map((environment) => [environment.name, environment] as const);

test('environments have names of their own', () => {
  expect(new Set(environments.map(({ name }) => name)).size).toBe(environments.length);
});

describe.each(byName)('environment %s', (_, environment) => {
  const folder = join(DIST, folderOf(environment));
  const files = renderEnvironment(environment);

  test('is what dist/ holds', () => {
    for (const { path, content } of files) {
      expect({ path, content }).toEqual({ path, content: readFileSync(join(folder, path), 'utf8') });
    }
    expect(files.length).toBeGreaterThan(0);
  });

  test('renders the same bytes again', () => {
    const again = renderEnvironment(environment);

    expect(again.map(({ content }) => content)).toEqual(files.map(({ content }) => content));
  });

  test('holds nothing that something changes at run time', () => {
    const kinds = files.flatMap(({ objects }) => objects.map(({ manifest }) => manifest.kind));

    expect(kinds).not.toContain('Lease');
    expect(kinds).not.toContain('EndpointSlice');
  });
});

test('dist/ holds what the environments render, and nothing else', () => {
  const rendered = environments.flatMap((environment) =>
    renderEnvironment(environment).map(({ path }) => join(folderOf(environment), path)),
  );
  const held = readdirSync(DIST, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));

  expect(held.sort()).toEqual(rendered.map((path) => join(DIST, path)).sort());
});

/** Its systems, each with its objects in their order. */
function systemsOf({ name, build }: Environment): readonly (readonly [string, readonly Manifest[]])[] {
  const app = new App();
  build(app);
  const objects = app.render().flatMap((file) => file.objects);
  // To `instanceof` every chart is one: cdk8s looks at a symbol only.
  const charts = app.node.children.filter((child): boolean => child.constructor === SystemChart);
  return charts.map(({ node: { path } }) => {
    const own = objects.filter(({ constructPath }) => constructPath.startsWith(`${path}/`));
    return [`${name}/${path}`, own.map(({ manifest }) => manifest)];
  });
}

describe.each(environments.flatMap(systemsOf))('system %s', (_, [first, ...others]) => {
  test('begins with the namespace of all its objects; what can be in none is named after it', () => {
    expect(first?.kind).toBe('Namespace');
    for (const { metadata } of others) {
      const [owner] = metadata.name.split('.');
      expect(metadata.namespace ?? owner).toBe(first?.metadata.name);
    }
    expect(others.length).toBeGreaterThan(0);
  });
});

/** All objects of an environment. */
function manifestsOf(name: string): readonly Manifest[] {
  return environments
    .filter((environment) => environment.name === name)
    .flatMap(renderEnvironment)
    .flatMap(({ objects }) => objects.map(({ manifest }) => manifest));
}

test('production runs without a privilege, the demo needs the node', () => {
  const levelsOf = (name: string) =>
    manifestsOf(name)
      .filter(({ kind }) => kind === 'Namespace')
      .map(({ metadata }) => metadata.labels?.['pod-security.kubernetes.io/enforce']);

  expect(new Set(levelsOf('production'))).toEqual(new Set(['restricted']));
  expect(levelsOf('demo')).toContain('privileged');
});

test('production holds the account of each election to what an election does, the demo leaves that to RBAC', () => {
  const policies = (name: string) =>
    manifestsOf(name)
      .filter(({ kind }) => kind === 'ValidatingAdmissionPolicy')
      .map(({ metadata }) => metadata.name);
  const elected = manifestsOf('production')
    .filter((manifest) =>
      podTemplateOf(manifest)?.spec.initContainers?.some(({ name }) => name === 'elector'),
    )
    .map(({ metadata: { name, namespace = '' } }) => `${namespace}.${name}`);

  expect(elected.length).toBeGreaterThan(0);
  expect(policies('production').filter((name) => name.endsWith('.writes'))).toEqual(
    elected.map((name) => `${name}.writes`),
  );
  expect(policies('demo')).toEqual([]);
});

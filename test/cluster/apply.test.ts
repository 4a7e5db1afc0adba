/** Every file of dist/, as users apply it: accepted without a warning, and again without a change. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apply, getAll, kubectl, tryKubectl } from '../../cluster/kubectl';
import type { KubeObject } from '../../cluster/objects';
import { eventually } from '../../cluster/wait';
import { environments } from '../../config';
import { renderEnvironment } from '../support/environments';
import { allowsPrivileged, unlessPrivileged } from './support/capabilities';
import { useNamespace } from './support/namespace';

const PROJECT = join(__dirname, '..', '..');
const ARGO_CD = join(PROJECT, 'crds', 'argocd-application.yaml');

interface File {
  readonly path: string;
  readonly text: string;
  readonly environment: string;

  /** The one that it names. */
  readonly namespace: string;
}

const files: readonly File[] = environments.flatMap((environment) =>
  renderEnvironment(environment).map((file) => {
    const path = join('dist', environment.name === 'demo' ? '' : environment.name, file.path);
    const text = readFileSync(join(PROJECT, path), 'utf8');
    const namespace = environment.name === 'argocd' ? 'argocd' : 'ns-memcache';
    return { path, text, environment: environment.name, namespace };
  }),
);

/** What somebody wants of the objects: all but what the cluster's controllers report. */
async function wishesOf(yaml: string): Promise<readonly object[]> {
  return (await getAll(yaml)).map(({ metadata, status: _, ...wishes }) => {
    const { resourceVersion: __, managedFields = [], ...rest } = metadata;
    const written = managedFields.filter(({ subresource }) => subresource !== 'status');
    return { ...wishes, metadata: { ...rest, managedFields: written } };
  });
}

/** What kubectl says it has sent; not of budgets, which it sends each time, nor on the server side, where it says nothing. */
function changesIn(said: string): string[] {
  const lines = said.split('\n').filter((line) => / (configured|created)$/.test(line));
  return lines.filter((line) => !line.startsWith('poddisruptionbudget.policy/'));
}

interface Observed extends KubeObject {
  readonly status?: { readonly observedGeneration?: number };
}

/** Waits until the controllers of everything that has one have seen it. */
async function controllersHaveActed(yaml: string): Promise<void> {
  await eventually('the controllers have seen every workload and budget', {
    look: async () =>
      ((await getAll(yaml)) as readonly Observed[]).filter(({ kind }) => /Set$|Budget$/.test(kind)),
    until: (objects) =>
      objects.every(({ metadata, status }) => status?.observedGeneration === metadata.generation),
  });
}

/** Only the Argo CD files need what only Argo CD installs; they are checked against the fields that we use of it. */
async function prepare(environment: string, namespace: string): Promise<void> {
  if (environment !== 'argocd') return;
  await kubectl(['create', 'namespace', namespace]);
  await kubectl(['apply', '-f', ARGO_CD]);
  await kubectl(['wait', '--for=condition=Established', '--timeout=30s', '-f', ARGO_CD]);
}

describe('A warning', () => {
  const namespace = useNamespace();

  it('fails an apply, so that the other tests notice one', async () => {
    await kubectl(['create', 'namespace', namespace]);
    const twice = '[{ name: A, value: "1" }, { name: A, value: "2" }]';
    const pod = `{ apiVersion: v1, kind: Pod, metadata: { name: pod, namespace: ${namespace} }, spec: { containers: [{ name: a, image: "a:1", env: ${twice} }] } }`;

    await expect(apply(pod)).rejects.toThrow(/hides previous definition/);
  });
});

interface Way {
  readonly name: string;
  readonly flags: readonly string[];

  /** Whether the file goes where it says, or into a namespace of the test's own. */
  readonly renames: boolean;
}

const ways: readonly Way[] = [
  { name: 'on an empty cluster', flags: [], renames: false },
  { name: 'in another namespace, on the server side', flags: ['--server-side'], renames: true },
];

function itIsAccepted(
  original: string,
  { namespace: named, environment }: File,
  { flags, renames }: Way,
): void {
  const namespace = useNamespace(renames ? undefined : named);
  const yaml = original.replaceAll(named, namespace);

  it('is accepted without a warning, and changes nothing when it is applied again', async () => {
    await prepare(environment, namespace);
    await apply(yaml, ...flags);
    await controllersHaveActed(yaml);
    const before = await wishesOf(yaml);

    const said = await apply(yaml, ...flags);

    expect(changesIn(said)).toEqual([]);
    expect(await wishesOf(yaml)).toEqual(before);
    const difference = await tryKubectl(['diff', ...flags, '-f', '-'], yaml);
    expect(difference).toEqual({ status: 0, stdout: '', stderr: '' });
  });
}

const PRIVILEGED = 'privileged: true';

describe.each(ways)('$name', (way) => {
  describe.each(files.filter(({ text }) => !text.includes(PRIVILEGED)))('$path', (file) => {
    itIsAccepted(file.text, file, way);
  });

  const withPrivileged = files.filter(({ text }) => text.includes(PRIVILEGED));
  const describeIfAllowed = allowsPrivileged ? describe : describe.skip;
  describeIfAllowed.each(withPrivileged)(`$path${unlessPrivileged}`, (file) => {
    itIsAccepted(file.text, file, way);
  });

  const describeInstead = allowsPrivileged ? describe.skip : describe;
  describeInstead.each(withPrivileged)('$path, but with containers that are not privileged', (file) => {
    itIsAccepted(file.text.replaceAll(PRIVILEGED, 'privileged: false'), file, way);
  });
});

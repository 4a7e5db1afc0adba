/** Checks that every manifest in dist/ is one that the oldest and the newest supported Kubernetes accept. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { RELEASES, releasesWith, schemaProblems } from './support/kubernetes-schema';

const DIST = join(__dirname, '..', 'dist');

/** Custom resources of Argo CD, which are not part of Kubernetes. */
const ARGO_CD = `argocd${sep}`;

function manifestFiles(): string[] {
  const entries = existsSync(DIST) ? readdirSync(DIST, { recursive: true, encoding: 'utf8' }) : [];
  const files = entries.filter((path) => /\.ya?ml$/.test(path) && !path.startsWith(ARGO_CD)).sort();
  // Without a file there would be no test, and nothing would fail.
  if (files.length === 0) throw new Error('dist/ holds no manifests: run "npm run synth"');
  return files;
}

function documentsOf(file: string): unknown[] {
  // The version that cdk8s writes, and that kubectl reads.
  const documents = parseAllDocuments(readFileSync(join(DIST, file), 'utf8'), { version: '1.1' });
  return documents.map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const manifest: unknown = document.toJS();
    return manifest;
  });
}

function kindOf(document: unknown): string {
  return typeof document === 'object' && document !== null && 'kind' in document ? String(document.kind) : '';
}

describe.each(RELEASES)('Kubernetes %s', (release) => {
  it.each(manifestFiles())('accepts every object of %s whose kind it has', (file) => {
    const documents = documentsOf(file).filter((document) =>
      releasesWith(kindOf(document)).includes(release),
    );
    expect(documents).not.toHaveLength(0);
    expect(documents.flatMap((document) => schemaProblems(document, release))).toEqual([]);
  });
});

it('needs Kubernetes 1.30 for production alone', () => {
  const needing = manifestFiles().filter((file) =>
    documentsOf(file).some((document) => !releasesWith(kindOf(document)).includes('1.29')),
  );

  expect(new Set(needing.map((file) => file.split(sep)[0]))).toEqual(new Set(['production']));
});

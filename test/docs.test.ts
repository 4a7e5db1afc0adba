/** Kubernetes objects that the docs show: the API server takes them, and they fit the group that they are for. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { parse, parseAllDocuments } from 'yaml';
import { DEFAULT_ELECTOR_PORT } from '../lib/leader/leader-elected-service-resolved';
import { RELEASES, schemaProblems } from './support/kubernetes-schema';

const PROJECT = join(__dirname, '..');
const DOCS = join(PROJECT, 'docs');

const shown = readdirSync(DOCS, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.md'))
  .flatMap((path) => [...readFileSync(join(DOCS, path), 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```$/gm)])
  .map(([, block = '']): unknown => parse(block));

const Labels = v.record(v.string(), v.string());

const NetworkPolicy = v.object({
  kind: v.literal('NetworkPolicy'),
  metadata: v.object({ namespace: v.string() }),
  spec: v.object({
    podSelector: v.object({ matchLabels: Labels }),
    ingress: v.array(v.object({ ports: v.array(v.object({ port: v.union([v.string(), v.number()]) })) })),
  }),
});

const StatefulSet = v.object({
  kind: v.literal('StatefulSet'),
  metadata: v.object({ namespace: v.string() }),
  spec: v.object({
    selector: v.object({ matchLabels: Labels }),
    template: v.object({
      spec: v.object({
        containers: v.array(v.object({ ports: v.array(v.object({ name: v.string() })) })),
      }),
    }),
  }),
});

it.each(RELEASES)('Kubernetes %s takes them', (release) => {
  expect(shown).not.toHaveLength(0);
  expect(shown.flatMap((object) => schemaProblems(object, release))).toEqual([]);
});

it("the NetworkPolicy lets in to each port of the meta service's pods, and to the elector's", () => {
  const policy = v.parse(
    NetworkPolicy,
    shown.find((object) => v.is(NetworkPolicy, object)),
  );
  const documents = parseAllDocuments(readFileSync(join(PROJECT, 'dist', 'memcache.k8s.yaml'), 'utf8'));
  const objects = documents.map((document) => {
    const object: unknown = document.toJS();
    return object;
  });
  const set = v.parse(
    StatefulSet,
    objects.find((object) => v.is(StatefulSet, object)),
  );
  const declared = set.spec.template.spec.containers.flatMap(({ ports }) => ports.map(({ name }) => name));

  expect(policy.metadata.namespace).toBe(set.metadata.namespace);
  expect(policy.spec.podSelector.matchLabels).toEqual(set.spec.selector.matchLabels);
  expect(policy.spec.ingress.flatMap(({ ports }) => ports.map(({ port }) => port))).toEqual([
    ...declared,
    DEFAULT_ELECTOR_PORT,
  ]);
});

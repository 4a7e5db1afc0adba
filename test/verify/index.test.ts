/** What the floor stands on: whoever checks manifests needs nothing but them. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const LIB = join(__dirname, '..', '..', 'lib');

const files = readdirSync(join(LIB, 'verify'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => join(LIB, 'verify', path));

/** What a file imports, as a path below lib/ if it is one of ours. */
function importsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/\bfrom '([^']+)'|\bimport\('([^']+)'\)/g)].map(
    ([, from, imported = from ?? '']) =>
      imported.startsWith('.') ? relative(LIB, join(dirname(file), imported)) : imported,
  );
}

it.each(files.map((file) => [relative(LIB, file), file]))('%s imports only verify and labels', (_, file) => {
  expect(
    importsOf(file).filter((path) => !/^verify\b/.test(path) && path !== join('kube', 'labels')),
  ).toEqual([]);
});

it('labels import nothing', () => {
  expect(importsOf(join(LIB, 'kube', 'labels.ts'))).toEqual([]);
});

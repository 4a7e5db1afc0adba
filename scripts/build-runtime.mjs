// Bundles the election runtime into runtime/build/: one file without dependencies, and the list of what is in it.
import { readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const { metafile } = await build({
  entryPoints: ['runtime/main.ts'],
  outfile: 'runtime/build/runtime.js',
  bundle: true,
  platform: 'node',
  target: 'node20',
  minify: true,
  legalComments: 'inline',
  metafile: true,
  logLevel: 'warning',
});

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const packages = new Set(
  Object.keys(metafile.inputs).flatMap((path) => /^(node_modules\/(?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []),
);

// CycloneDX, as scanners read it.
const components = [...packages].sort().map((path) => {
  const { version, license } = lock.packages[path];
  const name = path.replace('node_modules/', '');
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return { type: 'library', name, version, purl, licenses: [{ license: { id: license } }] };
});
const { name, version } = lock;
const sbom = {
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  version: 1,
  metadata: { component: { type: 'application', name: `${name}-runtime`, version } },
  components,
};
writeFileSync('runtime/build/sbom.json', `${JSON.stringify(sbom, null, 2)}\n`);

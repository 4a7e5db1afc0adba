// Runs a TypeScript program of this project: `node scripts/run-typescript.mjs FILE [ARGUMENT…]`.
// esbuild strips the types of every source in some 20 ms, so a start needs no build; types are checked by `npm run typecheck`.
import { buildSync } from 'esbuild';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const outdir = join(root, '.cache', 'program');

const sources = ['bench', 'config', 'imports', 'lib']
  .filter((folder) => existsSync(join(root, folder)))
  .map((folder) => `${folder}/**/*.ts`);

buildSync({
  absWorkingDir: root,
  entryPoints: ['main.ts', 'lib/**/*.sh', ...sources],
  outdir,
  outbase: root,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  loader: { '.sh': 'copy' },
  sourcemap: true,
  logLevel: 'warning',
});

const [, , file, ...programArguments] = process.argv;
const program = resolve(outdir, file.replace(/\.ts$/, '.js'));
process.setSourceMapsEnabled(true);
process.argv = [process.argv[0], program, ...programArguments];
createRequire(import.meta.url)(program);

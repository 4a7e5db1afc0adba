// Runs a TypeScript program of this project: `node scripts/run-typescript.mjs FILE [ARGUMENT…]`.
// esbuild strips the types of all sources into .cache/, and only when one of them has changed, so that a start needs no
// build and mostly does none; types are checked by `npm run typecheck`.
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const outdir = join(root, '.cache', 'program');
const stamp = join(outdir, 'stamp');
const folders = [
  'bench',
  'cluster',
  'config',
  'imports',
  'lib',
  'runtime',
  'scripts',
  'test/mutation',
  'test/support',
].filter((folder) => existsSync(join(root, folder)));

/** Sources and their folders, whose time tells of files that went. */
function sources() {
  const inside = folders.flatMap((folder) => [
    folder,
    ...readdirSync(join(root, folder), { recursive: true }).map((path) => join(folder, path)),
  ]);
  return ['main.ts', 'package-lock.json', 'scripts/run-typescript.mjs', ...inside].map((path) =>
    join(root, path),
  );
}

function isFresh() {
  if (!existsSync(stamp)) return false;
  const { mtimeMs } = statSync(stamp);
  return sources().every((path) => !existsSync(path) || statSync(path).mtimeMs < mtimeMs);
}

if (!isFresh()) {
  const began = new Date();
  const { buildSync } = await import('esbuild');
  buildSync({
    absWorkingDir: root,
    entryPoints: ['main.ts', 'lib/**/*.sh', 'lib/**/*.py', ...folders.map((folder) => `${folder}/**/*.ts`)],
    outdir,
    outbase: root,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    loader: { '.sh': 'copy', '.py': 'copy' },
    sourcemap: true,
    logLevel: 'warning',
  });
  writeFileSync(stamp, '');
  // A source that changes while it is read is read again next time.
  utimesSync(stamp, began, began);
}

const [, , file, ...programArguments] = process.argv;
const program = resolve(outdir, file.replace(/\.ts$/, '.js'));
process.setSourceMapsEnabled(true);
process.argv = [process.argv[0], program, ...programArguments];
createRequire(import.meta.url)(program);

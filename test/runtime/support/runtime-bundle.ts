/** The runtime's program as its image has it, bundled anew from the sources. */
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { temporaryFolder } from '../../support/processes';

/** The path of a file that node runs. */
export function bundledRuntime(): string {
  const outfile = join(temporaryFolder(), 'runtime.js');
  buildSync({ entryPoints: ['runtime/main.ts'], outfile, bundle: true, platform: 'node', target: 'node20' });
  return outfile;
}

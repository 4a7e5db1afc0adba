/**
 * One measurement of `bench/synth.ts`, in a process of its own so that the heap is fresh:
 * `synth-worker.js ENGINE GROUPS OUTDIR` prints the time to build and to synthesize in seconds, the peak of memory in
 * MiB, and a digest of the names and bytes of all files, with blanks between them.
 */
import { Chart, App as StockApp } from 'cdk8s';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { App, MetaServiceHA } from '../lib';

export type Engine = 'ours' | 'stock';

const ENGINES: Readonly<Record<Engine, typeof StockApp>> = { ours: App, stock: StockApp };

function addGroup(app: StockApp, index: number): void {
  new MetaServiceHA(new Chart(app, `group-${index}`, { namespace: `ns-${index}` }), 'meta', {
    image: 'registry.example/memcache:1.0.0',
    runtimeImage: 'registry.example/cdk8s-ha-runtime:0.1.0',
  });
}

function measure(engine: typeof StockApp, groups: number, outdir: string): (number | string)[] {
  const start = performance.now();
  const app = new engine({ outdir });
  for (let index = 0; index < groups; index += 1) addGroup(app, index);
  const built = performance.now();
  app.synth();
  const synthesized = performance.now();
  const peak = process.resourceUsage().maxRSS / 1024;
  return [(built - start) / 1000, (synthesized - built) / 1000, peak, digestOf(outdir)];
}

function digestOf(outdir: string): string {
  const digest = createHash('sha256');
  for (const name of readdirSync(outdir).sort())
    digest.update(`${name}\0`).update(readFileSync(join(outdir, name)));
  return digest.digest('hex');
}

const [engine, groups, outdir = ''] = process.argv.slice(2);
process.stdout.write(
  measure(ENGINES[engine === 'stock' ? 'stock' : 'ours'], Number(groups), outdir).join(' '),
);

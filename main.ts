/** The program: renders every environment of config/ and writes them all, or none if anything is wrong in one. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { environments } from './config';
import { type Environment, folderOf } from './config/environment';
import { App, InvalidPropsError, type RenderedFile, SynthesisError } from './lib';

function render(environment: Environment): RenderedFile[] {
  const app = new App();
  environment.build(app);
  return app.render().map((file) => ({ ...file, path: join(folderOf(environment), file.path) }));
}

/** Where in config/ the construct was made, from the stack of the error that it threw. */
function placeOf(error: Error): string {
  const frame = error.stack?.split('\n').find((line) => /[/\\]config[/\\][^/\\]+\.ts:\d+/.test(line));
  const place = /\(?([^\s()]+\.ts:\d+)(?::\d+)?\)?$/.exec(frame ?? '')?.[1];
  return place === undefined ? '' : ` (${relative(process.cwd(), place)})`;
}

function describe(environment: string, error: unknown): string {
  if (!(error instanceof Error)) return `${environment}: ${String(error)}`;
  const expected = error instanceof InvalidPropsError || error instanceof SynthesisError;
  return `${environment}${placeOf(error)}: ${expected ? error.message : (error.stack ?? error.message)}`;
}

function main(): void {
  const outdir = process.env['CDK8S_OUTDIR'] ?? 'dist';
  const failures: string[] = [];
  const files = environments.flatMap((environment) => {
    try {
      return render(environment);
    } catch (error) {
      failures.push(describe(environment.name, error));
      return [];
    }
  });
  if (failures.length > 0) {
    // cdk8s-cli swallows standard output.
    process.stderr.write(`${failures.join('\n')}\nNothing was written.\n`);
    process.exitCode = 1;
    return;
  }
  if (process.argv.includes('--check')) return;
  for (const { path, content } of files) {
    const target = join(outdir, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
}

main();

/** Renders charts in this process, into the namespaces that a test chooses. */
import type { Environment } from '../../../config/environment';
import { App, type RenderedFile, SystemChart } from '../../../lib';

/** One system as YAML. */
export function renderSystem(namespace: string, build: (chart: SystemChart) => void): string {
  return renderFile(namespace, build).content;
}

/** One system as YAML and as objects. */
export function renderFile(namespace: string, build: (chart: SystemChart) => void): RenderedFile {
  const app = new App();
  build(new SystemChart(app, 'memcache', { namespace }));
  const [file] = app.render();
  if (file === undefined) throw new Error('nothing was rendered');
  return file;
}

/** The files of an environment as dist/ has them. */
export function renderEnvironment({ build }: Environment): readonly RenderedFile[] {
  const app = new App();
  build(app);
  return app.render();
}

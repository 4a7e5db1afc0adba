/** Renders one system in this process, into the namespace that a benchmark or a cluster test chooses. */
import { App, type RenderedFile, SystemChart } from '../lib';

/** As YAML. */
export function renderSystem(namespace: string, build: (chart: SystemChart) => void): string {
  return renderFile(namespace, build).content;
}

/** As YAML and as objects. */
export function renderFile(namespace: string, build: (chart: SystemChart) => void): RenderedFile {
  const app = new App();
  build(new SystemChart(app, 'memcache', { namespace }));
  const [file] = app.render();
  if (file === undefined) throw new Error('nothing was rendered');
  return file;
}

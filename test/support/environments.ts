/** Renders environments of config/ in this process. */
import type { Environment } from '../../config/environment';
import { App, type RenderedFile } from '../../lib';

/** The files of an environment as dist/ has them. */
export function renderEnvironment({ build }: Environment): readonly RenderedFile[] {
  const app = new App();
  build(app);
  return app.render();
}

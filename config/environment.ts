/** What an environment is: a name, and a function that fills an app with its systems. */
import type { App } from '../lib';

export interface Environment {
  /** `demo` is rendered into dist/ itself, every other one into dist/NAME/. */
  readonly name: string;

  /** Adds the environment's charts to the app. */
  readonly build: (app: App) => void;
}

const DEFAULT_ENVIRONMENT = 'demo';

/** Its folder in dist/; empty for dist/ itself. */
export function folderOf({ name }: Environment): string {
  return name === DEFAULT_ENVIRONMENT ? '' : name;
}

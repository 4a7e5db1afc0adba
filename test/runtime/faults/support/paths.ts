/** Files that the members run. */
import { resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../../..');

/** Made by `npm run build:runtime`. */
export const RUNTIME = resolve(ROOT, 'runtime/build/runtime.js');

export const GATE = resolve(ROOT, 'lib/leader/gate.sh');

export const APPLICATION = resolve(__dirname, 'application.mjs');

export const HOT_APPLICATION = resolve(__dirname, 'hot-application.mjs');

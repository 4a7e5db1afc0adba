/** The rules of the election by their sentences: what only the random histories of the model notice has none yet. */
import { settings } from './settings.mjs';

export default settings({
  mutate: ['runtime/election/**/*.ts'],
  folder: 'test/runtime/election',
  tests: /(?<!\.long)\.test\.ts$/,
});

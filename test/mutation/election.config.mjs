/** The rules of the election by their sentences: what only the random histories of the model notice has none yet. */
import { settings } from './settings.mjs';

export default settings('election', {
  mutate: ['runtime/election/**/*.ts'],
  tests: ['<rootDir>/test/runtime/election/**/!(*-model).test.ts'],
});

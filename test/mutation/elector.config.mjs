/** What carries the election out, by its own tests. */
import { settings } from './settings.mjs';

export default settings('elector', {
  mutate: ['runtime/elector.ts'],
  tests: ['<rootDir>/test/runtime/elector*.test.ts'],
});

/** What carries the election out, by its own tests. */
import { settings } from './settings.mjs';

export default settings({
  mutate: ['runtime/elector.ts'],
  folder: 'test/runtime',
  tests: /^elector.*\.test\.ts$/,
});

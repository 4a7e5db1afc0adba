/** What the runs of StrykerJS have in common: each mutates some files, and asks their own tests only. */
import { createRequire } from 'node:module';

const jest = createRequire(import.meta.url)('../../jest.config.js');

/** @returns {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export function settings(name, { mutate, tests }) {
  return {
    mutate,
    testRunner: 'jest',
    jest: { config: { ...jest, testMatch: tests } },
    coverageAnalysis: 'perTest',
    // The tests of the elector have sockets of their own.
    timeoutMS: 20_000,
    concurrency: 1,
    ignorePatterns: [
      '/*',
      '!/lib',
      '!/runtime',
      '!/test',
      '/test/cluster',
      '/test/mutation',
      '!/*.json',
      '!/*.js',
    ],
    tempDirName: '.cache/stryker',
    // What was found last time holds until a file or a test changes.
    incremental: true,
    incrementalFile: `.cache/mutation/${name}.json`,
    reporters: ['clear-text'],
    clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
    thresholds: { high: 95, low: 90, break: 90 },
  };
}

/** What the runs of StrykerJS have in common: each mutates some files, and asks their own tests only. */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const { projects, testTimeout } = createRequire(import.meta.url)('../../jest.config.js');
const [{ testEnvironment, transform }] = projects;
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** @returns {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export function settings({ mutate, folder, tests }) {
  const together = readdirSync(join(root, folder)).filter((file) => tests.test(file));
  return {
    mutate,
    testRunner: 'jest',
    jest: {
      enableFindRelatedTests: false,
      config: {
        testEnvironment,
        testTimeout,
        transform,
        testMatch: ['<rootDir>/test/mutation/together.ts'],
        globals: { TOGETHER: together.map((file) => `../../${folder}/${file}`) },
      },
    },
    coverageAnalysis: 'perTest',
    // On a busy machine too, only what hangs takes so long.
    timeoutMS: 60_000,
    ignorePatterns: [
      '/*',
      '!/lib',
      '!/runtime',
      '!/cluster',
      '!/test',
      '/test/cluster',
      '!/*.json',
      '!/.swcrc',
    ],
    tempDirName: '.cache/stryker',
    reporters: ['progress-append-only', 'clear-text'],
    clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
    thresholds: { high: 95, low: 90, break: 90 },
  };
}

/*
 * What needs no cluster. `npm test` runs what is quick, `npm run test:long` the rest, `npx jest FOLDER` both. The two
 * scripts end in a flag, since a file after `--selectProjects quick` would be taken for one more project.
 */

/** @type {import('jest').Config} */
const common = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  // They have projects of their own, and need a cluster.
  testPathIgnorePatterns: ['<rootDir>/test/cluster/[^/]+$', '<rootDir>/test/runtime/faults/faults.test.ts'],
  transform: { '\\.ts$': '@swc/jest' },
};

module.exports = {
  projects: [
    { ...common, displayName: 'quick', testMatch: ['**/*.test.ts', '!**/*.long.test.ts'] },
    // Programs as the processes that they are, which take their time, and the election under many random histories.
    { ...common, displayName: 'long', testMatch: ['**/*.long.test.ts'] },
  ],
  // Many tests wait for processes: a core less than there are would stand idle.
  maxWorkers: '100%',
  // Processes start slowly on a busy machine; no test waits this long when it passes.
  testTimeout: 60_000,
  collectCoverageFrom: ['lib/**/*.ts', 'runtime/**/*.ts'],
  coverageProvider: 'v8',
  coverageReporters: ['text-summary', 'lcov'],
  coverageThreshold: { global: { lines: 95 } },
};

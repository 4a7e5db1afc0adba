/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  // Many tests wait for processes: a core less than there are would stand idle.
  maxWorkers: '100%',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // They have projects of their own, and need a cluster.
  testPathIgnorePatterns: ['<rootDir>/test/cluster/[^/]+$', '<rootDir>/test/runtime/faults/faults.test.ts'],
  transform: { '\\.ts$': '@swc/jest' },
  // Processes start slowly on a busy machine; no test waits this long when it passes.
  testTimeout: 60_000,
  collectCoverageFrom: ['lib/**/*.ts', 'runtime/**/*.ts'],
  coverageProvider: 'v8',
  coverageReporters: ['text-summary', 'lcov'],
  coverageThreshold: { global: { lines: 95 } },
};

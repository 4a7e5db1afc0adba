/* What runs on a real Kubernetes: `npm run test:cluster`. */
/* global module */
/** @type {import('jest').Config} */
module.exports = {
  rootDir: '../..',
  roots: ['<rootDir>/test/cluster'],
  testMatch: ['**/*.test.ts'],
  transform: { '\\.ts$': '@swc/jest' },
  testEnvironment: '<rootDir>/test/cluster/support/explaining-environment.ts',
  globalSetup: '<rootDir>/test/cluster/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/cluster/support/global-teardown.ts',
  // Tests of dist/ share its namespace, host ports and faults are the whole cluster's.
  maxWorkers: 1,
  testTimeout: 180_000,
};

/* What runs on a real Kubernetes: `npm run test:cluster`. */
/* global module, require, __dirname */
const { join } = require('node:path');

/** Those that break what others use, count on all nodes, or share a namespace with others: one after the other. */
const ALONE = [
  'api-server',
  'demo',
  'faults',
  'handover',
  'memcache-host-network',
  'memcache-keys',
  'readme',
  'store',
].map((name) => `**/${name}.test.ts`);

/** @type {import('jest').Config} */
const common = {
  rootDir: join(__dirname, '..', '..'),
  roots: ['<rootDir>/test/cluster'],
  // Of cluster/ itself; they need no cluster, and `npm test` runs them.
  testPathIgnorePatterns: ['<rootDir>/test/cluster/unit/'],
  transform: { '\\.ts$': '@swc/jest' },
  testEnvironment: '<rootDir>/test/cluster/support/explaining-environment.ts',
  globalSetup: '<rootDir>/test/cluster/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/cluster/support/global-teardown.ts',
};

/** @type {import('jest').Config} */
module.exports = {
  projects: [
    {
      ...common,
      displayName: 'side by side',
      testMatch: ['**/*.test.ts', ...ALONE.map((name) => `!${name}`)],
    },
    { ...common, displayName: 'alone', testMatch: ALONE },
  ],
  testTimeout: 180_000,
  maxWorkers: 3,
};

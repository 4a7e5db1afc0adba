/* The election runtime under random faults, on a real API server: `npm run test:faults`. */
/* global module */
/** @type {import('jest').Config} */
module.exports = {
  rootDir: '../../..',
  roots: ['<rootDir>/test/runtime/faults'],
  testMatch: ['**/faults.test.ts'],
  transform: { '\\.ts$': '@swc/jest' },
  testEnvironment: 'node',
  globalSetup: '<rootDir>/test/runtime/faults/support/global-setup.ts',
  // Connections that were cut on purpose may stay half open, and would keep the process.
  forceExit: true,
  // A test waits for its schedule, which waits for its turn.
  testTimeout: 24 * 3_600_000,
};

/** Jest's environment of Node, which ends with the first test that fails: of a changed script nothing more is to be known. */
import { TestEnvironment } from 'jest-environment-node';

export default class extends TestEnvironment {
  handleTestEvent({ name, test, error }) {
    if (name !== 'test_fn_failure') return;
    const why = String(error?.message ?? error).replace(/\s+/g, ' ');
    process.stderr.write(`Noticed: ${test.name}: ${why}\n`);
    process.exit(1);
  }
}

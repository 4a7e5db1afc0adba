/**
 * Jest's environment of Node, which ends the whole run with the first test that fails: of a changed script nothing more is
 * to be known. The file that NOTICED names says which test that was. A worker that ended alone would be begun again.
 */
import { appendFileSync } from 'node:fs';
import { TestEnvironment } from 'jest-environment-node';

export default class extends TestEnvironment {
  handleTestEvent({ name, test, error }) {
    if (name !== 'test_fn_failure') return;
    const why = String(error?.message ?? error).replace(/\s+/g, ' ');
    appendFileSync(process.env.NOTICED, `${test.name}: ${why}\n`);
    process.kill(process.ppid, 'SIGKILL');
  }
}

/** Node's environment; when a test fails, it prints what the cluster says about it before anything is removed. */
import { TestEnvironment } from 'jest-environment-node';
import { explainNamespaces } from '../../../cluster/namespaces';
import { testNamespaces } from './namespace';

const FAILURES = ['test_fn_failure', 'hook_failure'];

export default class ExplainingEnvironment extends TestEnvironment {
  async handleTestEvent(event: {
    readonly name: string;
    readonly test?: { readonly name: string };
  }): Promise<void> {
    if (!FAILURES.includes(event.name)) return;
    const what = event.test?.name ?? 'a hook';
    const shown = await explainNamespaces(await testNamespaces());
    process.stderr.write(`\n== The cluster when this failed: ${what}\n${shown}\n==\n`);
  }
}

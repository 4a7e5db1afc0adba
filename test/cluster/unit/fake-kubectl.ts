/** A kubectl that answers as a test says, and writes down what it is asked. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanUp, fakeCommand, temporaryFolder } from '../../support/processes';

const KUBECONFIG = '/kubeconfig of tests';

export interface FakeKubectl {
  /** From now on it runs this, as a shell script: `$*` is what it is asked. */
  answers(script: string): void;

  /** What it has been asked, without the cluster. */
  asked(): readonly string[];
}

/** For all tests of a file; each begins with one that says nothing. */
export function useFakeKubectl(): FakeKubectl {
  const before = { ...process.env };
  let folder = '';
  const record = () => join(folder, 'asked');
  const answers = (script: string) => {
    const body = [
      `[ "$1 $2" = "--kubeconfig ${KUBECONFIG}" ] || exit 99`,
      'shift 2',
      `echo "$*" >>"${record()}"`,
      script,
    ];
    fakeCommand(folder, 'kubectl', body.join('\n'));
  };

  beforeEach(() => {
    folder = temporaryFolder();
    process.env['TEST_KUBECONFIG'] = KUBECONFIG;
    process.env['TEST_KUBECTL'] = join(folder, 'kubectl');
    answers('');
  });
  afterAll(() => {
    process.env = before;
    cleanUp();
  });
  return {
    answers,
    asked: () => (existsSync(record()) ? readFileSync(record(), 'utf8').trim().split('\n') : []),
  };
}

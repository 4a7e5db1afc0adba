/** Breaking nodes by a command, which a machine may not have. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as Faults from '../../../cluster/faults';
import { fakeCommand, temporaryFolder } from '../../support/processes';
import { useFakeKubectl } from './fake-kubectl';

const fake = useFakeKubectl();

/** As it is with this TEST_CLUSTER_COMMAND. */
function loadedWith(command: string): typeof Faults {
  process.env['TEST_CLUSTER_COMMAND'] = command;
  jest.resetModules();
  return jest.requireActual<typeof Faults>('../../../cluster/faults');
}

function recorder(): { readonly command: string; readonly asked: () => string } {
  const folder = temporaryFolder();
  fakeCommand(folder, 'cluster', `echo "$*" | tee -a "${folder}/asked"`);
  return { command: join(folder, 'cluster'), asked: () => readFileSync(join(folder, 'asked'), 'utf8') };
}

test('without a command nothing can break nodes', () => {
  const { faults, nodeFaults } = loadedWith('');

  expect(nodeFaults).toBeUndefined();
  expect(() => faults()).toThrow('TEST_CLUSTER_COMMAND is not set');
});

test('each fault is a verb of the command', async () => {
  const { command, asked } = recorder();
  const { faults } = loadedWith(command);

  for (const verb of ['stop', 'start', 'freeze', 'thaw', 'cut', 'join'] as const) await faults()[verb]('n1');

  expect(asked()).toBe(
    'node n1 stop\nnode n1 start\nnode n1 freeze\nnode n1 thaw\nnode n1 cut\nnode n1 join\n',
  );
});

test('a command that runs on a node returns what it prints', async () => {
  const { faults } = loadedWith(recorder().command);

  expect(await faults().exec('n1', 'cat', '/etc/hostname')).toBe('node n1 exec cat /etc/hostname\n');
});

test('a container is killed on the node of its pod, also one that is listed among those that begin first', async () => {
  const { command, asked } = recorder();
  const { faults } = loadedWith(command);
  const pod = {
    spec: { nodeName: 'n2' },
    status: { initContainerStatuses: [{ name: 'elector', containerID: 'containerd://abc' }] },
  };
  fake.answers(`echo '${JSON.stringify(pod)}'`);

  await faults().killContainer('ns', 'a', 'elector');

  expect(asked()).toBe('node n2 exec ctr --namespace k8s.io tasks kill --signal SIGKILL abc\n');
  await expect(faults().killContainer('ns', 'a', 'other')).rejects.toThrow('a runs no other');
});

/** kubectl as a child process: which cluster, which input, and what counts as a failure. */
import { apply, kubectl, list, tryKubectl } from '../../../cluster/kubectl';
import { useFakeKubectl } from './fake-kubectl';

const fake = useFakeKubectl();

test('nothing is asked of a cluster that nobody has named', async () => {
  process.env['TEST_KUBECONFIG'] = '';

  await expect(tryKubectl(['get', 'pods'])).rejects.toThrow('TEST_KUBECONFIG is not set');
  expect(fake.asked()).toEqual([]);
});

test('what it prints, and how it ends, whatever that is', async () => {
  fake.answers('cat; echo refused >&2; exit 3');

  expect(await tryKubectl(['create', '-f', '-'], 'kind: Pod\n')).toEqual({
    status: 3,
    stdout: 'kind: Pod\n',
    stderr: 'refused\n',
  });
});

test('input that it does not read is no failure', async () => {
  fake.answers('exit 0');

  expect(await kubectl(['version'], 'x'.repeat(1_000_000))).toBe('');
});

test('a program that is not there is told apart from one that fails', async () => {
  process.env['TEST_KUBECTL'] = '/no such program';

  await expect(tryKubectl(['version'])).rejects.toThrow('kubectl cannot run');
});

test('a failure says what was asked, and both outputs', async () => {
  fake.answers('echo half; echo gone >&2; exit 1');

  await expect(kubectl(['get', 'pod', 'a'])).rejects.toThrow('kubectl get pod a ended with 1\ngone\nhalf\n');
});

test('to apply with a warning is a failure', async () => {
  fake.answers('echo "Warning: deprecated" >&2');

  await expect(apply('kind: Pod')).rejects.toThrow('kubectl apply ended with 0\nWarning: deprecated\n');
  expect(fake.asked()).toEqual(['apply --warnings-as-errors -f -']);
});

test.each([
  ['all of a namespace', '', 'get pod -n ns -o json'],
  ['those with labels', 'app=a', 'get pod -n ns -l app=a -o json'],
])('%s are listed', async (_, labels, asked) => {
  fake.answers(`echo '{"items":[{"kind":"Pod"}]}'`);

  expect(await list('pod', 'ns', labels)).toEqual([{ kind: 'Pod' }]);
  expect(fake.asked()).toEqual([asked]);
});

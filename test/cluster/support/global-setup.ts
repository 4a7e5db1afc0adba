/** Refuses to start without a cluster for tests, or on one that holds what the tests would remove. */
import { kubectl, tryKubectl } from '../../../cluster/kubectl';
import { DIST_NAMESPACES } from './namespace';

const HOW_TO = `Set TEST_KUBECONFIG to the kubeconfig of a cluster that may be thrown away. To make one:
  kind create cluster --config test/cluster/kind.yaml --kubeconfig /tmp/kind.kubeconfig
  k3d cluster create ha --agents 3 && k3d kubeconfig get ha > /tmp/k3d.kubeconfig
then give it the images and run the tests as test/cluster/README.md says.`;

export default async function setUp(): Promise<void> {
  if ((process.env['TEST_KUBECONFIG'] ?? '') === '') {
    throw new Error(`The cluster tests need a cluster, and TEST_KUBECONFIG is not set.\n${HOW_TO}`);
  }
  const { status, stderr } = await tryKubectl(['get', '--raw', '/readyz']);
  if (status !== 0) throw new Error(`The cluster of TEST_KUBECONFIG does not answer.\n${stderr}\n${HOW_TO}`);
  const found = await kubectl(['get', 'namespace', ...DIST_NAMESPACES, '--ignore-not-found', '-o', 'name']);
  if (found !== '') {
    const names = found.trim().replaceAll('\n', ', ');
    throw new Error(
      `The cluster has ${names}, which the tests make and remove. If that is what an interrupted run left, delete it.`,
    );
  }
}

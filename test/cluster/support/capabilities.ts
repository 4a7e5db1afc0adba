/** What the cluster of TEST_KUBECONFIG allows and has, known before the tests are named. */
import { spawnSync } from 'node:child_process';
import { clusterArguments, kubectlProgram } from '../../../cluster/kubectl';
import { nodesForPods } from '../../../cluster/nodes';

const PRIVILEGED_POD = `
apiVersion: v1
kind: Pod
metadata: { name: capability, namespace: default }
spec: { containers: [{ name: a, image: 'a:1', securityContext: { privileged: true } }] }
`;

/** Whether the API server takes privileged containers (`--allow-privileged`), as kubeadm, kind and k3d have it. */
export const allowsPrivileged =
  spawnSync(kubectlProgram(), [...clusterArguments(), 'create', '--dry-run=server', '-f', '-'], {
    input: PRIVILEGED_POD,
  }).status === 0;

/** For the names of tests that need it. */
export const unlessPrivileged = allowsPrivileged
  ? ''
  : ' (SKIPPED: the API server runs without --allow-privileged)';

/** The nodes that take pods. */
export const nodes = nodesForPods();

/** Bytes of 2 MiB huge pages on the node that has fewest. */
export const hugepages = Math.min(...nodes.map(({ status }) => bytesOf(status.allocatable['hugepages-2Mi'])));

/** Allocatable huge pages are whole Mi or Gi. */
function bytesOf(quantity = '0'): number {
  const [, amount = '0', unit = ''] = /^(\d+)(Mi|Gi)?$/.exec(quantity) ?? [];
  return Number(amount) * (unit === 'Gi' ? 2 ** 30 : unit === 'Mi' ? 2 ** 20 : 1);
}

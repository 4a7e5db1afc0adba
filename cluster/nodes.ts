/** The nodes that take pods, and emptying one as its administrators do. */
import { execFileSync } from 'node:child_process';
import { clusterArguments, kubectl, kubectlProgram } from './kubectl';
import type { KubeList, Node } from './objects';

/** Those without a taint. Waits for the answer, so that tests can be named by it. */
export function nodesForPods(): readonly Node[] {
  const output = execFileSync(kubectlProgram(), [...clusterArguments(), 'get', 'nodes', '-o', 'json']);
  const { items } = JSON.parse(output.toString()) as KubeList<Node>;
  return items.filter(({ spec }) => spec.taints === undefined);
}

/** Evicts the pods of the label from the node, which takes no other until it is uncordoned. */
export async function drain(node: string, label: string): Promise<void> {
  await kubectl([
    'drain',
    node,
    '--ignore-daemonsets',
    '--delete-emptydir-data',
    '--timeout=120s',
    `--pod-selector=${label}`,
  ]);
}

export async function uncordon(node: string): Promise<void> {
  await kubectl(['uncordon', node]);
}

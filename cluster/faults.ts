/** Breaking things: nodes by the command in TEST_CLUSTER_COMMAND, pods by kubectl. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { get, kubectl } from './kubectl';

const run = promisify(execFile);

/** What can happen to a node. Each resolves when it has happened. */
export interface NodeFaults {
  /** Power off: every process is gone at once. */
  stop(node: string): Promise<void>;

  /** Boots again, with its disks. */
  start(node: string): Promise<void>;

  /** All processes stop, as in a host that hangs. */
  freeze(node: string): Promise<void>;

  thaw(node: string): Promise<void>;

  /** Pulls the network cable. */
  cut(node: string): Promise<void>;

  join(node: string): Promise<void>;

  /** Runs a command as the node's root; its standard output. */
  exec(node: string, ...command: readonly string[]): Promise<string>;

  /** Kills the first process of a container, from outside. */
  killContainer(namespace: string, pod: string, container: string): Promise<void>;
}

/** Undefined where nothing can break nodes. */
export const nodeFaults = faultsBy(process.env['TEST_CLUSTER_COMMAND']);

/** For those who have seen that something can. */
export function faults(): NodeFaults {
  if (nodeFaults === undefined) throw new Error('TEST_CLUSTER_COMMAND is not set');
  return nodeFaults;
}

/** Deletes the pod as users do, and waits until it is gone or replaced. */
export function deletePod(namespace: string, pod: string): Promise<string> {
  return kubectl(['delete', 'pod', pod, '-n', namespace]);
}

function faultsBy(command: string | undefined): NodeFaults | undefined {
  if (command === undefined || command === '') return undefined;
  const node = async (name: string, ...verb: readonly string[]): Promise<string> =>
    (await run(command, ['node', name, ...verb])).stdout;
  const does = (verb: string) => async (name: string) => {
    await node(name, verb);
  };
  const exec = (name: string, ...words: readonly string[]) => node(name, 'exec', ...words);
  return {
    stop: does('stop'),
    start: does('start'),
    freeze: does('freeze'),
    thaw: does('thaw'),
    cut: does('cut'),
    join: does('join'),
    exec,
    async killContainer(namespace, pod, container) {
      const { spec, status } = await get('pod', pod, namespace);
      const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
      const id = all.find(({ name }) => name === container)?.containerID?.replace('containerd://', '');
      if (spec.nodeName === undefined || id === undefined) throw new Error(`${pod} runs no ${container}`);
      await exec(spec.nodeName, 'ctr', '--namespace', 'k8s.io', 'tasks', 'kill', '--signal', 'SIGKILL', id);
    },
  };
}

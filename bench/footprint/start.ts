/** How long an elector takes to start: in its container, and the program alone. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { faults } from '../../cluster/faults';
import { exec, get, kubectl } from '../../cluster/kubectl';
import { isReady } from '../../cluster/pods';
import { eventually } from '../../cluster/wait';
import { percentile } from '../statistics';
import { type Container, processOf, statusOf } from './process';

/** Time for the client to begin to ask. */
const ASKING_MS = 2000;

const HOST = '127.0.0.1';

/**
 * From the start of the container's first process to its first good `/healthz`, in milliseconds; asked every 5 ms by a
 * client in the cluster. The pod is new, for a container that ends again is started later.
 */
export async function containerStart(where: Container, runs: number): Promise<number> {
  const times: number[] = [];
  while (times.length < runs) times.push(await startOnce(where));
  return percentile(times, 50);
}

async function startOnce(where: Container): Promise<number> {
  const { namespace, pod, container } = where;
  await kubectl(['delete', 'pod', pod, '-n', namespace]);
  const before = await ready(where);
  const url = `http://${before.status.podIP ?? ''}:8480/healthz`;
  const healthy = exec({ namespace, pod: 'client-0' }, '/app', 'healthy', url);
  await sleep(ASKING_MS);
  await faults().killContainer(namespace, pod, container);
  const answeredAt = Number(await healthy) / 1000;
  const id = statusOf(before, container)?.containerID;
  await eventually(`${pod} shows its new ${container}`, {
    look: async () => statusOf(await get('pod', pod, namespace), container),
    until: (status) => status?.state.running !== undefined && status.containerID !== id,
  });
  return answeredAt - (await processOf(where)).startedAt;
}

function ready({ namespace, pod }: Container) {
  return eventually(`${pod} is ready`, { look: () => get('pod', pod, namespace), until: isReady });
}

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** As bench/images/build leaves it. */
export const CLIENT_GO_PROGRAM = 'bench/peers/client-go/build/client-go';

const LISTENING_PORT = 18_480;

/** From the start of the program to the first connection that it takes, in milliseconds, on the benchmark's machine. */
export async function programStart(program: Command, runs: number): Promise<number> {
  const times: number[] = [];
  while (times.length < runs) times.push(await listenOnce(program));
  return percentile(times, 50);
}

async function listenOnce({ command, args, env }: Command): Promise<number> {
  const began = performance.now();
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: 'ignore' });
  try {
    while (!(await takesConnection(LISTENING_PORT))) {
      if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}`);
      await sleep(1);
    }
    return performance.now() - began;
  } finally {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

function takesConnection(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST);
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

/** The runtime with the arguments that the pod has, where nothing answers that it needs. */
export async function runtimeCommand(namespace: string, pod: string, folder: string): Promise<Command> {
  const path = 'jsonpath={.spec.initContainers[?(@.name=="elector")].args}';
  const args = JSON.parse(await kubectl(['get', 'pod', pod, '-n', namespace, '-o', path])) as string[];
  const here = args.map((word) =>
    word
      .replaceAll('$(POD_IP)', HOST)
      .replace(/^--dir=.*/, `--dir=${folder}`)
      .replace(/^--listen=.*/, `--listen=${HOST}:${LISTENING_PORT}`),
  );
  const env = {
    POD_NAME: pod,
    POD_UID: 'none',
    POD_NAMESPACE: namespace,
    POD_IPS: HOST,
    NODE_NAME: 'none',
    KUBERNETES_SERVICE_HOST: HOST,
    KUBERNETES_SERVICE_PORT: '1',
    NODE_OPTIONS: '--jitless --max-semi-space-size=1',
  };
  return {
    command: process.execPath,
    args: ['runtime/build/runtime.js', ...here, `--credentials=${folder}`],
    env,
  };
}

/** The peer, as a pod that is not there. */
export function clientGoCommand(kubeconfig: string): Command {
  const addresses = [`--health=${HOST}:${LISTENING_PORT}`, `--listen=${HOST}:0`];
  return {
    command: CLIENT_GO_PROGRAM,
    args: [`--kubeconfig=${kubeconfig}`, '--lease=start', ...addresses],
    env: { POD_NAME: 'none', POD_NAMESPACE: 'none' },
  };
}

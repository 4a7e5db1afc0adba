/** kubectl as a child process, on the cluster of TEST_KUBECONFIG and no other. */
import { execFile } from 'node:child_process';
import type { Kinds, KubeList, KubeObject } from './objects';

const MOST_OUTPUT = 64 * 1024 * 1024;

/** How a kubectl ended, whatever its status. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program; in TEST_KUBECTL if it is not in the PATH. */
export function kubectlProgram(): string {
  return process.env['TEST_KUBECTL'] ?? 'kubectl';
}

/** The arguments that choose the cluster. */
export function clusterArguments(): readonly string[] {
  const kubeconfig = process.env['TEST_KUBECONFIG'] ?? '';
  // An empty path would mean the user's default.
  if (kubeconfig === '') throw new Error('TEST_KUBECONFIG is not set');
  return ['--kubeconfig', kubeconfig];
}

/** Runs it to its end. */
export function tryKubectl(args: readonly string[], input = ''): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      kubectlProgram(),
      [...clusterArguments(), ...args],
      { maxBuffer: MOST_OUTPUT },
      (error, stdout, stderr) => {
        const status = error === null ? 0 : error.code;
        if (typeof status === 'number') resolve({ status, stdout, stderr });
        else reject(new Error(`kubectl cannot run: ${error?.message ?? ''}`));
      },
    );
    // kubectl may end without reading its input.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** Its standard output. Fails unless it ends with 0. */
export async function kubectl(args: readonly string[], input = ''): Promise<string> {
  const { status, stdout, stderr } = await tryKubectl(args, input);
  if (status !== 0) {
    throw new Error(`kubectl ${args.join(' ')} ended with ${status}\n${stderr}${stdout}`);
  }
  return stdout;
}

/** Applies manifests; what kubectl says. Fails also at a warning, of the server or of kubectl itself. */
export async function apply(yaml: string, ...flags: readonly string[]): Promise<string> {
  const args = ['apply', '--warnings-as-errors', ...flags, '-f', '-'];
  const { status, stdout, stderr } = await tryKubectl(args, yaml);
  if (status !== 0 || stderr !== '')
    throw new Error(`kubectl apply ended with ${status}\n${stderr}${stdout}`);
  return stdout;
}

export async function get<K extends keyof Kinds>(
  kind: K,
  name: string,
  namespace: string,
): Promise<Kinds[K]> {
  return JSON.parse(await kubectl(['get', kind, name, '-n', namespace, '-o', 'json'])) as Kinds[K];
}

/** All of a kind in the namespace, or those with the labels. */
export async function list<K extends keyof Kinds>(
  kind: K,
  namespace: string,
  labels = '',
): Promise<readonly Kinds[K][]> {
  const selector = labels === '' ? [] : ['-l', labels];
  const { items } = JSON.parse(
    await kubectl(['get', kind, '-n', namespace, ...selector, '-o', 'json']),
  ) as KubeList<Kinds[K]>;
  return items;
}

/** What the cluster has of each object in the manifests. */
export async function getAll(yaml: string): Promise<readonly KubeObject[]> {
  const { items } = JSON.parse(
    await kubectl(['get', '--show-managed-fields', '-o', 'json', '-f', '-'], yaml),
  ) as KubeList<KubeObject>;
  return items;
}

/** Runs a command in a container; its standard output. */
export function exec(
  { namespace, pod, container }: { namespace: string; pod: string; container?: string },
  ...command: readonly string[]
): Promise<string> {
  const where = container === undefined ? [] : ['-c', container];
  return kubectl(['exec', pod, '-n', namespace, ...where, '--', ...command]);
}

export function logs(namespace: string, pod: string, container: string): Promise<string> {
  return kubectl(['logs', pod, '-n', namespace, '-c', container]);
}

/** Asks MemCache's own programs whether they take a configuration file. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RealRelease, realImage } from '../../../cluster/images';
import { apply, kubectl } from '../../../cluster/kubectl';
import type { Reader } from '../../../lib/systems/memcache/release-keys';

const SCRIPT = readFileSync(join(__dirname, 'read-config.py'), 'utf8');
const POD = 'reader';

export interface ConfigFile {
  readonly reader: Reader;
  readonly text: string;
}

/** A pod that has the programs and runs none of them. */
export async function startReader(namespace: string, release: RealRelease): Promise<void> {
  const container = {
    name: POD,
    image: realImage(release),
    command: ['sleep', 'infinity'],
    resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '768Mi' } },
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
  };
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: POD, namespace },
      spec: {
        terminationGracePeriodSeconds: 1,
        automountServiceAccountToken: false,
        containers: [container],
        volumes: [{ name: 'tmp', emptyDir: {} }],
      },
    },
  ];
  await apply(objects.map((each) => JSON.stringify(each)).join('\n---\n'));
  await kubectl(['wait', '--for=condition=Ready', '--timeout=120s', `pod/${POD}`, '-n', namespace]);
}

/** For each file '' if the program took it and went on, otherwise what it said last. */
export async function readConfigs(
  namespace: string,
  files: readonly ConfigFile[],
): Promise<readonly string[]> {
  const input = JSON.stringify(files.map(({ reader, text }) => ({ reader, text })));
  const program = ['python3', '-c', SCRIPT];
  const output = await kubectl(['exec', '-i', POD, '-n', namespace, '--', ...program], input);
  return JSON.parse(output) as readonly string[];
}

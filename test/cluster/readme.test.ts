/** Every kubectl command of the README, run as it is shown with MemCache itself, with the output that it shows. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startReal } from '../../bench/memcache/topology';
import { clusterArguments, kubectlProgram } from '../../cluster/kubectl';
import { readAgain } from '../../cluster/memcache/client';
import { master } from '../../cluster/memcache/members';
import { eventually } from '../../cluster/wait';
import { allowsPrivileged } from './support/capabilities';
import { useNamespace } from './support/namespace';

const run = promisify(execFile);

const PROJECT = join(__dirname, '..', '..');
const README = readFileSync(join(PROJECT, 'README.md'), 'utf8');

/** The member that the README's example begins with. */
const SHOWN_MASTER = 'meta-service-pod-1';

interface Shown {
  readonly command: string;
  readonly output: readonly string[];
}

/** The commands of the console blocks with their outputs. */
const shown: readonly Shown[] = [...README.matchAll(/^```console\n([^]*?)^```/gm)].flatMap(([, block = '']) =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const [command = '', ...output] = text.split('\n').map((line) => line.trimEnd());
      return { command, output: output.filter((line) => line !== '') };
    }),
);

/** The commands within the text. */
const mentioned = [...README.matchAll(/`(kubectl [^`]+-[^`]+)`/g)].map(([, command = '']) => command);

/** What differs from run to run: ages, addresses, nodes, times, and identities. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\dT[\d:.\\]+Z/g, '\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z'],
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '[0-9a-f-]{36}'],
  [/\d+\\\.\d+\\\.\d+\\\.\d+/g, '\\d+\\.\\d+\\.\\d+\\.\\d+'],
  [/\bnode-\d\b/g, '\\S+'],
  [/ \d+s\b/g, ' \\d+m?\\d*s?'],
  [/(Transitions: +)\d+/g, '$1\\d+'],
  [/ +/g, ' +'],
];

/** A line of the README as a pattern. */
function patternOf(line: string): RegExp {
  const literal = line.replace(/[.*+?^${}()|[\]\\<>]/g, '\\$&');
  return new RegExp(`^${VARYING.reduce((text, [what, by]) => text.replace(what, by), literal)}$`);
}

/** Which lines of the README the output does not have; tables have no others either. */
function missingFrom(output: string, { command, output: wanted }: Shown): readonly string[] {
  const lines = output
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
  const missing = wanted.filter((line) => !lines.some((seen) => patternOf(line).test(seen)));
  const isTable = command.startsWith('kubectl get');
  return isTable && lines.length !== wanted.length ? [...missing, `(${lines.length} lines)`] : missing;
}

describe('The commands of the README', () => {
  const namespace = useNamespace('ns-memcache');
  const folder = mkdtempSync(join(tmpdir(), 'cdk8s-ha-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** Runs a line of shell in which `kubectl` means this cluster. */
  async function shell(line: string): Promise<string> {
    const { stdout } = await run('sh', ['-c', line], {
      cwd: folder,
      env: { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` },
    });
    return stdout;
  }

  beforeAll(() => {
    const words = [kubectlProgram(), ...clusterArguments()].map((word) => `'${word}'`).join(' ');
    const path = process.env['PATH'] ?? '';
    writeFileSync(join(folder, 'kubectl'), `#!/bin/sh\nPATH='${path}' exec ${words} "$@"\n`, { mode: 0o755 });
  });

  it('are all tried here, or in apply.test.ts', () => {
    expect(mentioned.sort()).toEqual([
      'kubectl apply -f dist/',
      'kubectl apply -f dist/argocd/',
      'kubectl diff -f dist/',
      'kubectl logs local-service-pod-0 -n ns-memcache',
      'kubectl logs meta-service-pod-0 -n ns-memcache -c log',
    ]);
    expect(shown.length).toBeGreaterThan(5);
  });

  it('show what the README shows, from the first look to the hand-over', async () => {
    await startReal(namespace, '1.3.0');
    const first = await master(namespace);
    const second = first === SHOWN_MASTER ? 'meta-service-pod-0' : SHOWN_MASTER;
    const here = (text: string) =>
      first === SHOWN_MASTER
        ? text
        : text.replace(/meta-service-pod-(\d)/g, (_, n) => `meta-service-pod-${1 - Number(n)}`);

    for (const { command, output } of shown) {
      const expected = { command: here(command), output: output.map(here) };
      // What changes something is done once; what looks may have to wait for the change.
      const once = command.startsWith('kubectl delete');
      const said = await eventually(`${expected.command} prints ${expected.output.join('\n')}`, {
        look: () => shell(expected.command),
        until: (seen) => once || missingFrom(seen, expected).length === 0,
      });
      expect(missingFrom(said, expected)).toEqual([]);
    }

    await readAgain(namespace);
    expect(await shell(`kubectl logs ${second} -n ns-memcache -c log`)).toContain('MetaNetServer binding on');
    expect(await shell(`kubectl logs ${second} -n ns-memcache -c elector`)).toContain('clients are led here');
    expect(await shell('kubectl logs local-service-pod-0 -n ns-memcache')).toContain('Started LocalService');
  }, 300_000);
});

describe('Applying dist/ as the README says', () => {
  useNamespace('ns-memcache');
  const folder = mkdtempSync(join(tmpdir(), 'cdk8s-ha-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('reports a PodDisruptionBudget as configured each time, all else as unchanged, and no difference', async () => {
    cpSync(join(PROJECT, 'dist'), join(folder, 'dist'), { recursive: true });
    const file = join(folder, 'dist', 'memcache.k8s.yaml');
    const text = readFileSync(file, 'utf8');
    if (!allowsPrivileged) writeFileSync(file, text.replaceAll('privileged: true', 'privileged: false'));
    const kubectl = async (...args: readonly string[]) =>
      (await run(kubectlProgram(), [...clusterArguments(), ...args], { cwd: folder })).stdout;

    await kubectl('apply', '-f', 'dist/');
    const again = await kubectl('apply', '-f', 'dist/');

    const changed = again.split('\n').filter((line) => line !== '' && !line.endsWith(' unchanged'));
    expect(changed).toEqual([
      'poddisruptionbudget.policy/meta-service-pod configured',
      'poddisruptionbudget.policy/local-service-pod configured',
    ]);
    expect(await kubectl('diff', '-f', 'dist/')).toBe('');
  });
});

/** The arrows between the rooms: those that must not be are refused by `npm run lint`. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import * as v from 'valibot';

const ROOT = resolve(__dirname, '..');
const COPY = join(ROOT, '.cache/layout');

const Results = v.array(
  v.object({ filePath: v.string(), messages: v.array(v.object({ message: v.string() })) }),
);

/** Of files, each with one import. */
const WRONG = [
  ['lib/kube/labels.ts', '../gitops/argocd-application'],
  ['lib/kube/values.ts', '../workload/pod'],
  ['lib/workload/pod.ts', '../synthesis/system-chart'],
  ['lib/workload/service.ts', '../leader/standby'],
  ['lib/leader/elector.ts', '../../runtime/options'],
  ['lib/leader/standby.ts', '../workload/stateful-store-checks'],
  ['lib/settings/config-file.ts', '../workload/env'],
  ['lib/systems/memcache/program.ts', '../redis/program'],
  ['lib/systems/memcache/ports.ts', '../../synthesis/app'],
  ['lib/systems/memcache/transport.ts', '../../leader/leader-elected-service-checks'],
  ['lib/systems/memcache/openssl.ts', '../../../test/support/stores'],
  ['lib/verify/manifest.ts', '../kube/problems'],
  ['lib/verify/rules/host-port-clash.ts', '../../workload/pod'],
  ['lib/verify/pod-security.ts', 'cdk8s'],
  ['lib/synthesis/app.ts', '../workload/stateful-store'],
  ['lib/workload/volume.ts', './../synthesis/app'],
  ['lib/workload/probe.ts', '../kube/../synthesis/app'],
  ['lib/workload/env.ts', '..'],
  ['lib/gitops/other.ts', 'cdk8s-ha'],
  ['runtime/election/machine.ts', '../../lib/kube/problems'],
  ['cluster/kubectl.ts', '../test/cluster/support/namespace'],
  ['cluster/memcache/client.ts', '../../lib'],
  ['bench/failover/trial.ts', '../../test/support/stores'],
] as const;

const RIGHT = [
  ['lib/kube/names.ts', './problems'],
  ['lib/workload/budget.ts', '../kube/sync'],
  ['lib/leader/permissions.ts', '../workload/stateful-store-resolved'],
  ['lib/systems/memcache/releases.ts', '../../settings/config-file'],
  ['lib/systems/memcache/local-client-fleet.ts', './local-client-fleet-checks'],
  ['lib/gitops/argocd-application.ts', '../../imports/argoproj.io'],
  ['lib/verify/waivers.ts', '../kube/labels'],
  ['lib/verify/rules/index.ts', '../rule'],
  ['lib/synthesis/order.ts', 'cdk8s'],
  ['cluster/processes/elector-command.ts', '../../lib/leader/timing-rules'],
  ['bench/render.ts', '../lib'],
  ['runtime/options.ts', '../lib/leader/timing-rules'],
] as const;

/** The files with something refused. */
function refusedOf(files: readonly (readonly [file: string, imported: string])[]): string[] {
  rmSync(COPY, { recursive: true, force: true });
  for (const [file, imported] of files) {
    mkdirSync(dirname(join(COPY, file)), { recursive: true });
    writeFileSync(join(COPY, file), `import '${imported}';\n`);
  }
  const eslint = join(ROOT, 'node_modules/eslint/bin/eslint.js');
  const options = [
    '--no-config-lookup',
    '--config',
    join(ROOT, 'eslint.layout.mjs'),
    '--format',
    'json',
    '.',
  ];
  const { stdout } = spawnSync(process.execPath, [eslint, ...options], { cwd: COPY, encoding: 'utf8' });
  const results = v.parse(v.pipe(v.string(), v.parseJson(), Results), stdout);
  rmSync(COPY, { recursive: true });
  return results
    .filter(({ messages }) => messages.some(({ message }) => message.includes('is restricted')))
    .map(({ filePath }) => filePath.slice(COPY.length + 1))
    .sort();
}

test('an import against the floors is refused, wherever it is', () => {
  expect(refusedOf(WRONG)).toEqual(WRONG.map(([file]) => file).sort());
});

test('every folder of lib/ is a room', () => {
  const folders = readdirSync(join(ROOT, 'lib'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map(({ parentPath }) => relative(ROOT, parentPath))
    .filter((folder) => folder !== 'lib');
  const probes = [...new Set(folders)].map(
    (folder) => [`${folder}/probe.ts`, '../../../test/support/stores'] as const,
  );

  expect(refusedOf(probes)).toEqual(probes.map(([file]) => file).sort());
});

test('an import along them is not', () => {
  expect(refusedOf(RIGHT)).toEqual([]);
});

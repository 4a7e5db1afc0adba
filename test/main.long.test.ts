/** The program as its users run it: in a process, on a copy of the project. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const PROJECT = join(__dirname, '..');
const COPIED = [
  'main.ts',
  'cdk8s.yaml',
  'package.json',
  'tsconfig.json',
  'config',
  'lib',
  'imports',
  'scripts',
  'dist',
];

function filesOf(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [relative(folder, path), readFileSync(path, 'utf8')]));
}

describe('the program', () => {
  let project: string;

  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'cdk8s-ha-'));
    for (const name of COPIED) cpSync(join(PROJECT, name), join(project, name), { recursive: true });
    symlinkSync(join(PROJECT, 'node_modules'), join(project, 'node_modules'));
  });

  afterEach(() => {
    rmSync(project, { recursive: true });
  });

  const npmRun = (script: string) =>
    spawnSync('npm', ['run', '--silent', script], { cwd: project, encoding: 'utf8' });

  const edit = (file: string, from: string, to: string) => {
    const path = join(project, file);
    const before = readFileSync(path, 'utf8');
    expect(before).toContain(from);
    writeFileSync(path, before.replace(from, to));
  };

  test('synth renders what is committed in dist/, whatever was there before', () => {
    writeFileSync(join(project, 'dist', 'stale.k8s.yaml'), 'kind: Stale\n');

    const { status } = npmRun('synth');

    expect(status).toBe(0);
    expect(filesOf(join(project, 'dist'))).toEqual(filesOf(join(PROJECT, 'dist')));
  });

  test('a failed synth says what is wrong where in every environment, and leaves dist/ as it was', () => {
    edit('config/production.ts', 'replicas: 3', 'replicas: 1');
    edit('config/demo.ts', "'registry.example/memcache:1.0.0'", "'registry.example/memcache'");
    const lines = readFileSync(join(project, 'config/production.ts'), 'utf8').split('\n');
    const line = lines.findIndex((text) => text.includes('new MetaServiceHA(')) + 1;

    const { status, stderr } = npmRun('synth');

    expect(status).not.toBe(0);
    expect(stderr).toContain(
      `production (config/production.ts:${line}): memcache/meta: 1 problem\n  replicas = 1: `,
    );
    expect(stderr).toMatch(
      /demo \(config\/demo\.ts:\d+\): memcache\/meta: 1 problem\n {2}image = "registry\.example\/memcache": /,
    );
    expect(filesOf(join(project, 'dist'))).toEqual(filesOf(join(PROJECT, 'dist')));
  });
});

describe('the package', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cdk8s-ha-'));
    for (const name of ['package.json', 'lib', 'scripts'])
      cpSync(join(PROJECT, name), join(folder, name), { recursive: true });
    execFileSync(
      'npx',
      ['tsc', '-p', join(PROJECT, 'tsconfig.build.json'), '--outDir', join(folder, 'build')],
      { cwd: PROJECT },
    );
    execFileSync('node', [join(folder, 'scripts/copy-scripts.mjs')], { cwd: folder });
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** What a program beside it prints, which finds these packages and no others. */
  const outputOf = (program: string, packages: string) => {
    writeFileSync(join(folder, 'use.js'), program);
    const env = { ...process.env, NODE_PATH: packages };
    return execFileSync('node', ['use.js'], { cwd: folder, env, encoding: 'utf8' });
  };

  test('is one that a plain Node program can require', () => {
    const program = `
      const { App, MetaServiceHA, SystemChart } = require('cdk8s-ha');
      const app = new App();
      const chart = new SystemChart(app, 'memcache', { namespace: 'ns' });
      new MetaServiceHA(chart, 'meta', { image: 'a:1', runtimeImage: 'b:1' });
      process.stdout.write(app.render()[0].path);`;

    expect(outputOf(program, join(PROJECT, 'node_modules'))).toBe('memcache.k8s.yaml');
  });

  test('has types that a strict program compiles against, without what is internal', () => {
    symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
    const program = `
      import { App, Budget, ClaimTemplate, ConfigFiles, PodVolume, StatefulStore, SystemChart } from 'cdk8s-ha';
      import { Size } from 'cdk8s';
      const volumes = [
        PodVolume.emptyDir('tmp'),
        new ConfigFiles('config', { configMapName: 'db', files: {} }),
        new ClaimTemplate('data', { size: Size.gibibytes(1) }),
      ];
      const mounts = volumes.map((volume) => ({ volume, path: '/' + volume.name }));
      const chart = new SystemChart(new App(), 'system', { namespace: 'ns' });
      new StatefulStore(chart, 'db', { name: 'db', image: 'db:1', replicas: 1, mounts });
      // @ts-expect-error internal
      Budget.none().problems(1, false);
      // @ts-expect-error internal
      PodVolume.emptyDir('tmp').toVolume();`;
    writeFileSync(join(folder, 'use.ts'), program);
    const options = ['--noEmit', '--strict', '--module', 'node16', '--target', 'es2022', '--types', 'node'];
    const { status, stdout } = spawnSync('npx', ['tsc', ...options, 'use.ts'], {
      cwd: folder,
      encoding: 'utf8',
    });
    rmSync(join(folder, 'node_modules'));

    expect(stdout).toBe('');
    expect(status).toBe(0);
  });

  test('checks manifests where there is no cdk8s', () => {
    const program = `
      const { buildModel, check, describeFinding } = require('cdk8s-ha/verify');
      const metadata = { name: 's', namespace: 'ns' };
      const manifest = { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: { app: 'db' } } };
      const findings = check(buildModel([{ constructPath: 'a', manifest }]));
      process.stdout.write(findings.map(describeFinding).join());
      try { require('cdk8s'); } catch (error) { process.stdout.write(' ' + error.code); }`;

    expect(outputOf(program, '')).toMatch(
      /^\[a\] Service ns\/s .* \[service-selects-no-pod\] MODULE_NOT_FOUND$/,
    );
  });
});

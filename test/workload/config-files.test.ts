/** Tests of configuration files: their name follows their contents, and they cannot be changed in place. */
import fc from 'fast-check';
import { ConfigFiles, type ConfigFilesProps, StatefulStore } from '../../lib';
import { expectProblem, expectProblemAlone } from '../support/problems';
import { STORE, renderedWith, storeWith, templateWith } from '../support/stores';
import { rendered } from '../support/workloads';

const MIB = 1024 * 1024;

function configFiles(props: Partial<ConfigFilesProps> = {}): ConfigFiles {
  return new ConfigFiles('config', { configMapName: 'db', files: { 'db.conf': 'a=1\n' }, ...props });
}

/** A store that mounts them, in a chart of its own. */
function mounted(props: Partial<ConfigFilesProps> = {}): StatefulStore {
  return storeWith({ mounts: [{ volume: configFiles(props), path: '/config' }] });
}

function nameOf(files: ConfigFilesProps['files']): string {
  return configFiles({ files }).configMapName;
}

const fileName = fc.stringMatching(/^[a-zA-Z0-9][-._a-zA-Z0-9]{0,20}$/);
const someFiles = fc.dictionary(fileName, fc.string(), { maxKeys: 6 });

describe('configuration files', () => {
  it('are an immutable ConfigMap that is applied before the pods that mount it, with the labels of their workload', () => {
    const files = configFiles({ files: { 'db.conf': 'a=1\n', empty: '' } });
    const mount = { volume: files, path: '/config', readOnly: true };
    const sidecar = { name: 'backup', image: 'backup:1', mounts: [mount] };
    const rendering = renderedWith({ mounts: [mount], sidecars: [sidecar] });

    expect(files.configMapName).toMatch(/^db-[0-9a-f]{10}$/);
    expect(rendering.one('ConfigMap')).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: files.configMapName,
        namespace: 'ns',
        labels: {
          'app.kubernetes.io/name': 'db',
          'app.kubernetes.io/instance': 'db',
          'app.kubernetes.io/component': 'db',
          'app.kubernetes.io/part-of': 'system',
          'app.kubernetes.io/managed-by': 'cdk8s-ha',
        },
        annotations: { 'argocd.argoproj.io/sync-wave': '-1' },
      },
      immutable: true,
      data: { 'db.conf': 'a=1\n', empty: '' },
    });
  });

  it('are one ConfigMap of the chart, whoever mounts them, and keep what they were given', () => {
    const given: Record<string, string> = { 'db.conf': 'a=1\n' };
    const volume = configFiles({ files: given });
    given['db.conf'] = 'a=2\n';
    const mounts = [{ volume, path: '/config' }];
    const rendering = rendered((scope) => {
      new StatefulStore(scope, 'store', { ...STORE, mounts });
      new StatefulStore(scope, 'other', { ...STORE, name: 'other', mounts });
    });

    expect(rendering.one('ConfigMap').data).toEqual({ 'db.conf': 'a=1\n' });
  });

  it('are a volume under the full name', () => {
    const { spec } = templateWith({ mounts: [{ volume: configFiles(), path: '/config' }] });

    expect(spec.volumes).toEqual([{ name: 'config', configMap: { name: configFiles().configMapName } }]);
  });

  it('have one name, in whatever order they were written', () => {
    fc.assert(
      fc.property(someFiles, (files) => {
        const reversed = Object.fromEntries(Object.entries(files).reverse());
        expect(nameOf(reversed)).toBe(nameOf(files));
      }),
    );
  });

  it('have another name when any content or file name is another', () => {
    fc.assert(
      fc.property(someFiles, someFiles, (first, other) => {
        const same = JSON.stringify(sorted(first)) === JSON.stringify(sorted(other));
        expect(nameOf(first) === nameOf(other)).toBe(same);
      }),
    );
  });

  it.each([
    ['a content', { a: '1', b: '3' }],
    ['a file name', { a: '1', c: '2' }],
    ['one file more', { a: '1', b: '2', c: '' }],
    ['one file less', { a: '1' }],
    ['contents exchanged', { a: '2', b: '1' }],
    ['names that run into contents', { a: '1","b', b: '2' }],
  ])('are told apart by %s', (_, files) => {
    expect(nameOf(files)).not.toBe(nameOf({ a: '1', b: '2' }));
  });

  it('keep their name across releases of this library, so that an upgrade alone rolls no pod', () => {
    expect(nameOf({ 'db.conf': 'a=1\n' })).toMatchInlineSnapshot(`"db-b35d172eb5"`);
  });

  it('may hold 1 MiB, counted in bytes and over all files', () => {
    const files = { a: 'x'.repeat(MIB - 2), b: 'é' };

    expect(mounted({ files }).name).toBe('db');
    expectProblemAlone(() => mounted({ files: { ...files, c: 'x' } }), {
      property: 'volumes.config.files',
      value: `${MIB + 1} bytes`,
      rule: /a ConfigMap holds 1 MiB/,
    });
  });

  it.each(['db.conf', '-', '_', '.hidden', 'a..b', 'A-1_b.c', 'x'.repeat(253)])(
    'may be called %s',
    (file) => {
      expect(mounted({ files: { [file]: '' } }).name).toBe('db');
    },
  );

  it.each(['', 'a/b', 'a b', '.', '..', '..data', 'ä', 'a\n', 'x'.repeat(254)])(
    'may not be called %p',
    (file) => {
      expectProblemAlone(() => mounted({ files: { ok: '', [file]: '' } }), {
        property: 'volumes.config.files',
        value: file,
        rule: /a file is named with letters, digits/,
      });
    },
  );

  it('leave room for the hash in the name', () => {
    expect(configFiles({ configMapName: 'a'.repeat(242) }).configMapName).toHaveLength(253);
    expectProblemAlone(() => mounted({ configMapName: 'a'.repeat(243) }), {
      property: 'volumes.config.configMapName',
      value: 'a'.repeat(243),
      rule: /at most 242 characters/,
      remedy: /'a{63}'/,
    });
  });

  it('report a wrong name as it was given, with all else', () => {
    const build = (): unknown =>
      mounted({ configMapName: 'My Config', files: { 'a b': 'x'.repeat(MIB + 1) } });

    expectProblem(build, {
      property: 'volumes.config.configMapName',
      value: 'My Config',
      rule: /DNS labels/,
      remedy: /'my-config'$/,
    });
    const property = 'volumes.config.files';

    expectProblem(build, { property, value: 'a b', rule: /named with letters/ });
    expectProblem(build, { property, value: `${MIB + 1} bytes`, rule: /1 MiB/ });
  });
});

function sorted(files: ConfigFilesProps['files']): [string, string][] {
  return Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
}

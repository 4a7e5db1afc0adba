/** The list of what is in the runtime's image: all of it, and each part by the name that scanners look for. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly components?: readonly Component[];
}

const SCRIPT = resolve(__dirname, '../../runtime/image-sbom.mjs');
const isDebian = spawnSync('dpkg-query', ['--version']).status === 0;
const describeOnDebian = isDebian ? describe : describe.skip;

describeOnDebian(
  `the image's list${isDebian ? '' : ' (SKIPPED: packages of the system are not Debian ones)'}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'sbom-'));
    const bundle = join(folder, 'sbom.json');
    const pino = { type: 'library', name: 'pino', version: '10.4.0', purl: 'pkg:npm/pino@10.4.0' };
    writeFileSync(bundle, JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.5', components: [pino] }));
    afterAll(() => rmSync(folder, { recursive: true }));

    function run(...files: readonly string[]) {
      return spawnSync(process.execPath, [SCRIPT, bundle, ...files], { encoding: 'utf8' });
    }

    test('has the bundle, Node with what is compiled into it, and the package of each file once', () => {
      const libraries = execFileSync('ldd', ['/usr/bin/mkfifo'], { encoding: 'utf8' }).match(/\/\S+\.so\S*/g);
      const { stdout } = run('/usr/bin/mkfifo', ...(libraries ?? []), '/usr/bin/mkfifo');
      const { bomFormat, components } = JSON.parse(stdout) as { bomFormat: string; components: Component[] };
      const named = (name: string) => components.filter((component) => component.name === name);

      expect(bomFormat).toBe('CycloneDX');
      expect(named('pino')).toEqual([pino]);
      const { node, openssl } = process.versions;
      expect(named('node')).toMatchObject([{ version: node, purl: `pkg:generic/node@${node}` }]);
      expect(named('node')[0]?.components).toContainEqual(
        expect.objectContaining({ name: 'openssl', version: openssl }),
      );
      expect(named('coreutils').map(({ purl }) => purl)).toEqual([
        expect.stringMatching(/^pkg:deb\/[a-z]+\/coreutils@[^?]+\?arch=[a-z0-9]+&distro=[a-z]+-\S+$/),
      ]);
      expect(named('libc6')).toHaveLength(1);
    });

    test('is not made for a file that no package has', () => {
      const { status, stderr } = run(bundle);
      expect(status).not.toBe(0);
      expect(stderr).toContain(`no package has ${bundle}`);
    });
  },
);

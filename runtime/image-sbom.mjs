// The list of all that is in the runtime's image (CycloneDX): the bundle's own list, Node with what is compiled into it,
// and the Debian packages of the other files. Runs where the image is made: image-sbom.mjs SBOM FILE...
import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';

/** Node itself, and versions of interfaces and of data that no scanner knows. */
const NO_PARTS = ['node', 'modules', 'napi', 'unicode', 'cldr', 'tz'];

const [bundle, ...files] = process.argv.slice(2);
const sbom = JSON.parse(readFileSync(bundle, 'utf8'));
const components = [...sbom.components, node(), ...debianPackages(files)];
process.stdout.write(`${JSON.stringify({ ...sbom, components }, null, 2)}\n`);

function node() {
  // Without a version it is a part that this Node was built without.
  const parts = Object.entries(process.versions).filter(
    ([name, version]) => version !== '' && !NO_PARTS.includes(name),
  );
  return {
    type: 'platform',
    name: 'node',
    version: process.versions.node,
    purl: `pkg:generic/node@${process.versions.node}`,
    components: parts.map(([name, version]) => ({
      type: 'library',
      name,
      version,
      purl: `pkg:generic/${name}@${encodeURIComponent(version)}`,
    })),
  };
}

/** Fails for a file that no package has: nothing is in the image that is not on its list. */
function debianPackages(paths) {
  const { ID: distribution, VERSION_ID: release } = osRelease();
  const names = [...new Set(paths.map(packageOf))].sort();
  return names.map((name) => {
    const format = '${Version} ${Architecture}';
    const [version, architecture] = run('dpkg-query', ['-W', `-f=${format}`, name]).split(' ');
    const [bare] = name.split(':');
    const where = `arch=${architecture}&distro=${distribution}-${release}`;
    const purl = `pkg:deb/${distribution}/${encodeURIComponent(bare)}@${encodeURIComponent(version)}?${where}`;
    return { type: 'library', name: bare, version, purl };
  });
}

/** The package manager knows a file of /usr/lib by that path or, as older packages do, by one in /lib. */
function packageOf(path) {
  const real = realpathSync(path);
  const known = [path, real, real.replace(/^\/usr/, '')].flatMap((name) => {
    try {
      return [run('dpkg-query', ['-S', name])];
    } catch {
      return [];
    }
  });
  if (known[0] === undefined) throw new Error(`no package has ${path}: the list of the image would lack it`);
  return known[0].slice(0, known[0].lastIndexOf(': /'));
}

function osRelease() {
  const lines = readFileSync('/etc/os-release', 'utf8').split('\n');
  return Object.fromEntries(lines.map((line) => line.replaceAll('"', '').split('=')));
}

function run(program, args) {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

/** OpenSSL's libraries as MemCache takes them: copies of the image's, in a folder of the pod's own. */
import type { Problem } from '../../kube/problems';
import { pathProblems } from '../../kube/values';
import type { ContainerProps } from '../../workload/container';
import { type Mount, PodVolume } from '../../workload/volume';
import { HELPER_RESOURCES, type HelperContainer, type MemcacheFiles, script } from './program';

const COPY_OPENSSL = 'copy-openssl.sh';
const FOLDER = '/opt/memcache-openssl';

/** Value of `package.path`. */
export const PACKAGE_PATH = `${FOLDER}/lib`;

/** Where distributions put the libraries, by architecture too. */
const USUAL_FOLDERS = ['/usr/lib64', '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib'];

const volume = PodVolume.emptyDir('openssl');

/** The copies, for the program. */
export const OPENSSL_MOUNT: Mount = { volume, path: FOLDER, readOnly: true };

/** The script that copies. */
export const OPENSSL_SCRIPTS = { [COPY_OPENSSL]: script(COPY_OPENSSL) } as const;

/** Copies them before the program starts, from a `folder` of the image or from where they usually are. */
export function opensslContainer(
  base: HelperContainer,
  files: MemcacheFiles,
  folder: string | undefined,
): ContainerProps {
  const folders = folder === undefined ? USUAL_FOLDERS : [folder];
  return {
    ...base,
    name: COPY_OPENSSL.replace('.sh', ''),
    command: files.command(COPY_OPENSSL, PACKAGE_PATH, ...folders),
    resources: HELPER_RESOURCES,
    mounts: [{ volume, path: FOLDER }, files.scripts],
  };
}

export function opensslProblems(folder: string | undefined): Problem[] {
  return folder === undefined ? [] : pathProblems(folder);
}

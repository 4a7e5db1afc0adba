/** TLS of MemCache's connections, each from an existing Secret that is mounted and named in the configuration. */
import { subdomainProblems } from '../../kube/names';
import { type Problem, type Renames, inProps } from '../../kube/problems';
import { type Mount, PodVolume } from '../../workload/volume';
import { PACKAGE_PATH, opensslProblems } from './openssl';
import { type PackagePath, type TlsFiles, type TlsFilesOptions, tlsFilesFrom } from './tls-settings';

/**
 * MemCache refuses RSA keys of less than 3072 bits, and P-256 and Ed25519 too: in a cert-manager `Certificate`,
 * `privateKey: { algorithm: RSA, size: 3072 }`, whose default is 2048.
 */
export interface TlsSecret extends Omit<TlsFilesOptions, 'packagePath'> {
  /** Name of an existing Secret of type `kubernetes.io/tls` with `ca.crt` too, as cert-manager makes it. */
  readonly secretName: string;
}

/** What is common to the TLS of MetaService and clients. */
export interface SharedTls {
  /** Of MetaService. @default - none */
  readonly meta?: TlsSecret;

  /** Of the configuration store. @default - none */
  readonly configStore?: TlsSecret;

  /**
   * Folder of the image with OpenSSL's `libssl.so` and `libcrypto.so`, with or without a version behind. They are copied,
   * since MemCache refuses links and libraries that everybody may read.
   * @default - looked for where distributions put them
   */
  readonly openssl?: string;
}

/** The Secrets of a pod, by connection. */
export type TlsSecrets = Readonly<Record<string, TlsSecret | undefined>>;

const TLS_FOLDER = '/etc/memcache/tls';
const TLS_GROUP = 65532;

/** The Secrets among what a user says about TLS. */
export function secretsOf({ openssl, ...secrets }: SharedTls = {}): TlsSecrets {
  return secrets;
}

/** Mounts of the Secrets, by connection. */
export function tlsMounts(secrets: TlsSecrets): Mount[] {
  return Object.entries(secrets).flatMap(([connection, secret]) => {
    if (secret === undefined) return [];
    const name = `tls-${connection.toLowerCase()}`;
    return {
      volume: PodVolume.secret(name, secret.secretName),
      path: `${TLS_FOLDER}/${connection}`,
      readOnly: true,
    };
  });
}

/** The files of one connection. Kubernetes' links lead through `..data`; MemCache refuses links, so it is named here. */
export function tlsFiles(
  connection: string,
  secret: TlsSecret | undefined,
  packagePath: PackagePath = 'required',
): TlsFiles | undefined {
  const libraries = packagePath === 'required' ? { packagePath: PACKAGE_PATH } : {};
  return secret && tlsFilesFrom(`${TLS_FOLDER}/${connection}/..data`, { ...secret, ...libraries });
}

/** Group that may read the mounted keys, whatever the program's user; undefined without any. */
export function tlsGroup(secrets: TlsSecrets): number | undefined {
  return Object.values(secrets).some((secret) => secret !== undefined) ? TLS_GROUP : undefined;
}

export function tlsProblems(tls: SharedTls | undefined): Problem[] {
  return inProps({
    ...Object.fromEntries(
      Object.entries(secretsOf(tls)).map(([connection, secret]) => [connection, secretProblems(secret)]),
    ),
    openssl: opensslProblems(tls?.openssl),
  });
}

function secretProblems(secret: TlsSecret | undefined): Problem[] {
  return secret === undefined ? [] : inProps({ secretName: subdomainProblems(secret.secretName) });
}

/** The files of a connection follow from the Secret that the user gave instead. */
export const TLS_SETTINGS: Renames = {
  'settings.tls': 'tls.meta',
  'settings.configStoreTls': 'tls.configStore',
  'settings.hcomTls': 'tls.hcom',
  'settings.metricsTls': 'tls.metrics',
};

/** The files of one TLS connection of MemCache, and the keys that name them. */
import { posix } from 'node:path';
import { type Problem, broken, inEach, inProps, unless } from '../../kube/problems';
import {
  type Setting,
  setting,
  settingsLines,
  settingsProblems,
  type SettingsTable,
  type ValueKind,
} from '../../settings/config-file';

/**
 * Paths inside the pod, absolute and at most 255 bytes long. MemCache refuses a path whose last part is a symbolic
 * link, and the files of a mounted Secret or ConfigMap are such links: they need a mount by `subPath`, or a directory
 * that ends in `..data`.
 */
export interface TlsFiles {
  /** Certificate of the authority that signs the peers' certificates. MemCache: `ca.path`. */
  readonly caPath: string;

  /**
   * Revoked certificates. MemCache: `ca.crl.path`.
   * @default - none is revoked
   */
  readonly crlPath?: string;

  /** Own certificate. MemCache: `cert.path`. */
  readonly certPath: string;

  /** Private key of the own certificate. MemCache: `key.path`. */
  readonly keyPath: string;

  /**
   * Passphrase of the private key. MemCache: `key.pass.path`.
   * @default - the key is not encrypted
   */
  readonly keyPassPath?: string;

  /**
   * Directory with OpenSSL's `libssl.so` and `libcrypto.so`. Needed by all connections but hcom, which has no such
   * key. MemCache: `package.path`.
   * @default - none
   */
  readonly packagePath?: string;

  /**
   * Library that decrypts the passphrase. MemCache: `decrypter.path`.
   * @default - the passphrase is not encrypted
   */
  readonly decrypterPath?: string;
}

export interface TlsFilesOptions {
  /**
   * Whether the directory holds `ca.crl`.
   * @default false
   */
  readonly crl?: boolean;

  /**
   * Whether the directory holds `key.pass`.
   * @default false
   */
  readonly keyPass?: boolean;

  /**
   * See `TlsFiles.packagePath`.
   * @default - none
   */
  readonly packagePath?: string;

  /**
   * See `TlsFiles.decrypterPath`.
   * @default - the passphrase is not encrypted
   */
  readonly decrypterPath?: string;
}

/** Whether a connection's keys include `package.path`; those that have it do not start without. */
export type PackagePath = 'required' | 'absent';

/**
 * The files of a directory that holds a Secret of type `kubernetes.io/tls`: `ca.crt`, `tls.crt`, `tls.key`, and
 * `ca.crl` and `key.pass` if the options say so.
 */
export function tlsFilesFrom(directory: string, options: TlsFilesOptions = {}): TlsFiles {
  const { crl = false, keyPass = false, packagePath, decrypterPath } = options;
  const file = (name: string): string => posix.join(directory, name);
  return {
    caPath: file('ca.crt'),
    certPath: file('tls.crt'),
    keyPath: file('tls.key'),
    ...(crl && { crlPath: file('ca.crl') }),
    ...(keyPass && { keyPassPath: file('key.pass') }),
    ...(packagePath !== undefined && { packagePath }),
    ...(decrypterPath !== undefined && { decrypterPath }),
  };
}

/** The setting of one connection: `PREFIX.enable` and the paths. */
export function tlsSetting(prefix: string, packagePath: PackagePath): Setting<TlsFiles> {
  const table = pathsUnder(prefix);
  return {
    problems: (files) => {
      if (!isFiles(files)) {
        return broken(files, 'TLS is set up by the paths of its files', 'use tlsFilesFrom(…)');
      }
      return [
        ...missingProblems(files),
        ...packageProblems(files, packagePath),
        ...settingsProblems(table, files),
      ];
    },
    lines: (files) => [{ key: `${prefix}.enable`, value: 'true' }, ...settingsLines(table, files)],
  };
}

const MOST_BYTES = 255;
const ONE_LINE_FROM_ROOT = /^\/\P{Cc}*$/u;

const PATH: ValueKind<string> = {
  accepts: (value) =>
    typeof value === 'string' &&
    ONE_LINE_FROM_ROOT.test(value) &&
    value.trimEnd() === value &&
    Buffer.byteLength(value) <= MOST_BYTES,
  rule: `a path is absolute, on one line, without a space at its end and at most ${MOST_BYTES} bytes long`,
  remedy: 'write it from the root, for example /etc/memcache/tls/ca.crt',
  write: (path) => path,
};

function pathsUnder(prefix: string): SettingsTable<TlsFiles> {
  const path = (name: string): Setting<string> => setting(`${prefix}.${name}`, PATH);
  return {
    caPath: path('ca.path'),
    crlPath: path('ca.crl.path'),
    certPath: path('cert.path'),
    keyPath: path('key.path'),
    keyPassPath: path('key.pass.path'),
    packagePath: path('package.path'),
    decrypterPath: path('decrypter.path'),
  };
}

/** Files from anywhere: each path may be missing or of another type. */
type UncheckedFiles = Partial<Record<keyof TlsFiles, unknown>>;

function isFiles(value: unknown): value is UncheckedFiles {
  return typeof value === 'object' && value !== null;
}

function missingProblems({ caPath, certPath, keyPath }: UncheckedFiles): Problem[] {
  return inEach({ caPath, certPath, keyPath }, (path) =>
    unless(
      path !== undefined,
      path,
      'TLS needs this file',
      'set its path, or use tlsFilesFrom(…) for all of them',
    ),
  );
}

function packageProblems({ packagePath: value }: UncheckedFiles, packagePath: PackagePath): Problem[] {
  if ((value !== undefined) === (packagePath === 'required')) return [];
  const [rule, remedy] =
    packagePath === 'required'
      ? ['MemCache loads OpenSSL from this directory and has no default', 'name the one that holds libssl.so']
      : [
          'this connection has no such key, and MemCache refuses a file with an unknown one',
          'leave it out here',
        ];
  return inProps({ packagePath: broken(value, rule, remedy) });
}

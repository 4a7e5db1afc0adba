/** TLS of MemCache's connections, each from an existing Secret that is mounted and named in the configuration. */
import { subdomainProblems } from '../../kube/names';
import type { Problem } from '../../kube/problems';
import { type Mount, PodVolume } from '../../kube/volume';
import { type TlsFiles, type TlsFilesOptions, tlsFilesFrom } from './tls-settings';

export interface TlsSecret extends TlsFilesOptions {
  /** Name of an existing Secret of type `kubernetes.io/tls` with `ca.crt` too, as cert-manager makes it. */
  readonly secretName: string;
}

const TLS_FOLDER = '/etc/memcache/tls';
const TLS_GROUP = 65532;

/** Mounts of the Secrets, by connection. */
export function tlsMounts(secrets: Readonly<Record<string, TlsSecret | undefined>>): Mount[] {
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
export function tlsFiles(connection: string, secret: TlsSecret | undefined): TlsFiles | undefined {
  return secret && tlsFilesFrom(`${TLS_FOLDER}/${connection}/..data`, secret);
}

/** Group that may read the mounted keys, whatever the program's user; undefined without any. */
export function tlsGroup(secrets: Readonly<Record<string, TlsSecret | undefined>>): number | undefined {
  return Object.values(secrets).some((secret) => secret !== undefined) ? TLS_GROUP : undefined;
}

export function tlsProblems(secrets: Readonly<Record<string, TlsSecret | undefined>>): Problem[] {
  return Object.entries(secrets).flatMap(([connection, secret]) =>
    secret === undefined ? [] : subdomainProblems(`tls.${connection}.secretName`, secret.secretName),
  );
}

const SETTINGS_PREFIX = /^settings\.(?:(tls)|(configStore|hcom)Tls)\./;

/** Problems of settings, those of the files named at the Secret that the user gave instead. */
export function atSecrets(problems: readonly Problem[]): Problem[] {
  return problems.map((problem) => ({
    ...problem,
    property: problem.property.replace(
      SETTINGS_PREFIX,
      (_, tls: string | undefined, connection = 'meta') => `tls.${tls === undefined ? connection : 'meta'}.`,
    ),
  }));
}

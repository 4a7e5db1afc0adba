/** Configuration files in a ConfigMap whose name carries their hash, so that a change rolls the pods. */
import { createHash } from 'node:crypto';
import { type ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { Wave } from '../kube/sync';
import { LONGEST_SUBDOMAIN, subdomainProblems } from '../kube/names';
import { Checks } from '../kube/problems';
import { PodVolume } from './volume';

export interface ConfigFilesProps {
  /** Name of the ConfigMap, before the hash: `meta-service-config` becomes `meta-service-config-1a2b3c4d5e`. */
  readonly name: string;

  /** Contents by file name, 1 MiB in all. No secrets: everybody who may read the namespace can read them. */
  readonly files: Readonly<Record<string, string>>;

  /** Labels of the ConfigMap, beyond the chart's. */
  readonly labels: Readonly<Record<string, string>>;
}

const FILE_NAME = /^(?!\.$|\.\.)[-._a-zA-Z0-9]{1,253}$/;
const MOST_BYTES = 1024 * 1024;
const HASH_LENGTH = 10;

/**
 * An immutable ConfigMap. Pods refer to it by its full name; changed files are another ConfigMap, so a roll-out can be
 * taken back and no running pod ever sees half of a change.
 */
export class ConfigFiles extends Construct {
  /** The ConfigMap's name, hash included. */
  readonly name: string;

  /** The files as a volume. */
  readonly volume: PodVolume;

  readonly configMap: ApiObject;

  constructor(scope: Construct, id: string, props: ConfigFilesProps) {
    super(scope, id);
    const { name, files, labels } = props;
    check(this, props);
    this.name = `${name}-${hashOf(files)}`;
    this.configMap = new k8s.KubeConfigMap(this, 'config-map', {
      metadata: { name: this.name, labels: { ...labels }, annotations: { ...Wave.configuration } },
      immutable: true,
      data: { ...files },
    });
    this.volume = PodVolume.of(id, { configMap: { name: this.name } });
  }
}

function check(construct: Construct, { name, files }: ConfigFilesProps): void {
  const checks = new Checks(construct);
  const bytes = Object.values(files).reduce((sum, content) => sum + Buffer.byteLength(content), 0);
  checks.include(subdomainProblems('name', name, LONGEST_SUBDOMAIN - HASH_LENGTH - 1));
  checks.require(
    bytes <= MOST_BYTES,
    'files',
    `${bytes} bytes`,
    'a ConfigMap holds 1 MiB',
    'put them into a volume',
  );
  for (const file of Object.keys(files)) {
    checks.require(
      FILE_NAME.test(file),
      'files',
      file,
      "a file is named with letters, digits, '-', '_' and '.', and does not begin with '..'",
      'rename it',
    );
  }
  checks.done();
}

/** A hash of names and contents, whatever the order in which they were given. */
function hashOf(files: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, HASH_LENGTH);
}

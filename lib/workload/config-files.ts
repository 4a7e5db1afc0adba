/** Configuration files in a ConfigMap whose name carries their hash, so that a change rolls the pods. */
import { createHash } from 'node:crypto';
import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { LONGEST_SUBDOMAIN, labelProblems, subdomainProblems } from '../kube/names';
import { type Problem, inProps, unless } from '../kube/problems';
import { Wave } from '../kube/sync';
import type { Mountable } from './mountable';

export interface ConfigFilesProps {
  /** Name of the ConfigMap, before the hash: `meta-service-config` becomes `meta-service-config-1a2b3c4d5e`. */
  readonly configMapName: string;

  /** Contents by file name, 1 MiB in all. No secrets: everybody who may read the namespace can read them. */
  readonly files: Readonly<Record<string, string>>;
}

const FILE_NAME = /^(?!\.$|\.\.)[-._a-zA-Z0-9]{1,253}$/;
const MOST_BYTES = 1024 * 1024;
const HASH_LENGTH = 10;

/** Of the ConfigMaps that a chart has. */
const namesIn = new WeakMap<Chart, Set<string>>();

/**
 * An immutable ConfigMap. Mounting it is what adds it: its workload's chart gets the ConfigMap, and its pods the volume,
 * which refers to the full name. Changed files are another ConfigMap, so a roll-out can be taken back and no running pod
 * ever sees half of a change.
 */
export class ConfigFiles implements Mountable {
  /** The ConfigMap's name, hash included. */
  readonly configMapName: string;

  /** Contents by file name. */
  readonly files: Readonly<Record<string, string>>;

  /** @param name of the volume in the pod */
  constructor(
    readonly name: string,
    private readonly props: ConfigFilesProps,
  ) {
    this.files = { ...props.files };
    this.configMapName = `${props.configMapName}-${hashOf(props.files)}`;
  }

  /** @internal */
  problems(): Problem[] {
    const { files } = this;
    const bytes = Object.values(files).reduce((sum, content) => sum + Buffer.byteLength(content), 0);
    return inProps({
      name: labelProblems(this.name),
      configMapName: subdomainProblems(this.props.configMapName, LONGEST_SUBDOMAIN - HASH_LENGTH - 1),
      files: [
        ...unless(bytes <= MOST_BYTES, `${bytes} bytes`, 'a ConfigMap holds 1 MiB', 'put them into a volume'),
        ...Object.keys(files).flatMap(fileNameProblems),
      ],
    });
  }

  /** @internal */
  toVolume(): k8s.Volume {
    return { name: this.name, configMap: { name: this.configMapName } };
  }

  /**
   * Adds the ConfigMap to the workload, before its pods, unless another workload of the chart that mounts the same has it.
   * @internal
   */
  addTo(workload: Construct, labels: Readonly<Record<string, string>>): void {
    const chart = Chart.of(workload);
    const names = namesIn.get(chart) ?? new Set();
    namesIn.set(chart, names);
    if (names.has(this.configMapName)) return;
    names.add(this.configMapName);
    new k8s.KubeConfigMap(workload, `config-files-${this.name}`, {
      metadata: { name: this.configMapName, labels: { ...labels }, annotations: { ...Wave.configuration } },
      immutable: true,
      data: { ...this.files },
    });
  }
}

function fileNameProblems(file: string): Problem[] {
  return unless(
    FILE_NAME.test(file),
    file,
    "a file is named with letters, digits, '-', '_' and '.', and does not begin with '..'",
    'rename it',
  );
}

/** A hash of names and contents, whatever the order in which they were given. */
function hashOf(files: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, HASH_LENGTH);
}

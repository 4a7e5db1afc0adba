/** Volumes of a pod, claims of a StatefulSet, and where containers mount them. */
import type { Size } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { labelProblems } from '../kube/names';
import { type Problem, inEach, inProps, unless } from '../kube/problems';
import { quantityOf } from '../kube/quantity';
import { pathProblems, repeatedProblems } from '../kube/values';
import type { ClaimTemplate } from './claim-template';
import type { ConfigFiles } from './config-files';
import type { Mountable } from './mountable';

/** A volume that every pod of a workload has. Mounting it is what adds it to the pod. */
export class PodVolume implements Mountable {
  /** A folder that lives as long as the pod. */
  static emptyDir(name: string, options: EmptyDirOptions = {}): PodVolume {
    const { medium, sizeLimit, pageSize } = options;
    const emptyDir = {
      ...(medium === 'Memory' && { medium }),
      ...(pageSize !== undefined && { medium: `HugePages-${pageSize}` }),
    };
    return new PodVolume(name, { emptyDir }, sizeLimit);
  }

  /**
   * A file, folder or device of the node. Only the Pod Security level `privileged` admits it.
   * @param type what must be there; the pod fails to start with a clear event when it is not
   */
  static hostPath(name: string, path: string, type: HostPathType): PodVolume {
    return new PodVolume(name, { hostPath: { path, type } });
  }

  /** An existing Secret's keys as files. */
  static secret(name: string, secretName: string, options: SecretVolumeOptions = {}): PodVolume {
    const { mode = 0o440, items } = options;
    const keys = items && Object.entries(items).map(([key, path]) => ({ key, path }));
    return new PodVolume(name, { secret: { secretName, defaultMode: mode, ...(keys && { items: keys }) } });
  }

  /** An existing claim. With more than one pod it must be one that several nodes may use. */
  static claim(name: string, claimName: string): PodVolume {
    return new PodVolume(name, { persistentVolumeClaim: { claimName } });
  }

  /** Any other kind of volume. */
  static of(name: string, source: Omit<k8s.Volume, 'name'>): PodVolume {
    return new PodVolume(name, source);
  }

  private constructor(
    readonly name: string,
    private readonly source: Omit<k8s.Volume, 'name'>,
    private readonly sizeLimit?: Size,
  ) {}

  /** @internal */
  problems(): Problem[] {
    return inProps({ name: labelProblems(this.name) });
  }

  /** @internal */
  toVolume(): k8s.Volume {
    const { emptyDir } = this.source;
    if (emptyDir === undefined || this.sizeLimit === undefined) return { name: this.name, ...this.source };
    return {
      name: this.name,
      emptyDir: { ...emptyDir, sizeLimit: k8s.Quantity.fromString(quantityOf(this.sizeLimit)) },
    };
  }
}

export interface EmptyDirOptions {
  /**
   * Where it lives: on the node's disk, or in memory, where it counts towards the containers' memory limits.
   * @default - the node's disk
   */
  readonly medium?: 'Memory';

  /**
   * Backs the folder with huge pages of this size; containers then request them as a resource.
   * @default - no huge pages
   */
  readonly pageSize?: '2Mi' | '1Gi';

  /**
   * The pod is evicted when it holds more. Kubernetes: `sizeLimit`.
   * @default - no limit
   */
  readonly sizeLimit?: Size;
}

export type HostPathType =
  'Directory' | 'DirectoryOrCreate' | 'File' | 'FileOrCreate' | 'Socket' | 'CharDevice' | 'BlockDevice';

export interface SecretVolumeOptions {
  /**
   * Permission bits of the files. Readable for the group, which the pod's `fsGroup` sets. Kubernetes: `defaultMode`.
   * @default 0o440
   */
  readonly mode?: number;

  /**
   * Which keys, and the file name of each.
   * @default - all keys, under their own names
   */
  readonly items?: Readonly<Record<string, string>>;
}

/** Whatever a container can mount: a volume of the pod, files of its workload, or a claim of its StatefulSet. */
export type Volume = PodVolume | ConfigFiles | ClaimTemplate;

/** Where a container sees a volume. */
export interface Mount {
  readonly volume: Volume;

  /** Absolute path in the container. Kubernetes: `mountPath`. */
  readonly path: string;

  /** @default false */
  readonly readOnly?: boolean;

  /**
   * A path inside the volume to mount instead of its root.
   * @default - the root
   */
  readonly subPath?: string;

  /**
   * Like `subPath`, with `$(VARIABLE)` taken from the container's environment.
   * @default - the root
   */
  readonly subPathExpr?: string;

  /**
   * Whether mounts made later on the host appear in the container (`HostToContainer`), and the reverse
   * (`Bidirectional`, which needs a privileged container and can harm the host). Kubernetes: `mountPropagation`.
   * @default 'None'
   */
  readonly propagation?: 'None' | 'HostToContainer' | 'Bidirectional';
}

/** Whether it is a raw device instead of a file system. */
export function isDevice({ volume }: { readonly volume: Mountable }): boolean {
  return volume.block === true;
}

export function toVolumeDevice({ volume, path }: Mount): k8s.VolumeDevice {
  return { name: volume.name, devicePath: path };
}

export function toVolumeMount(mount: Mount): k8s.VolumeMount {
  return {
    name: mount.volume.name,
    mountPath: mount.path,
    readOnly: mount.readOnly,
    subPath: mount.subPath,
    subPathExpr: mount.subPathExpr,
    mountPropagation: mount.propagation,
  };
}

/** Problems of one container's mounts. */
export function mountsProblems(mounts: readonly Mount[], privileged: boolean): Problem[] {
  return [
    ...inEach(mounts, (mount) => mountProblems(mount, privileged)),
    ...repeatedProblems(
      mounts.map(({ path }) => path),
      'a container mounts one volume at a path',
      'choose another path for one of them',
    ),
  ];
}

function mountProblems({ path, propagation, subPath, subPathExpr }: Mount, privileged: boolean): Problem[] {
  return inProps({
    path: pathProblems(path),
    propagation: unless(
      propagation !== 'Bidirectional' || privileged,
      propagation,
      'only a privileged container may pass its mounts on to the host',
      "use 'HostToContainer', or security: ContainerSecurity.privileged(…)",
    ),
    subPathExpr: unless(
      subPath === undefined || subPathExpr === undefined,
      subPathExpr,
      'a mount has subPath or subPathExpr, not both',
      'leave one of them out',
    ),
  });
}

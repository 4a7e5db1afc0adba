/** A claim that a StatefulSet makes for each of its pods. */
import type { Size } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { labelProblems, subdomainProblems } from '../kube/names';
import { type Problem, inProps, unless } from '../kube/problems';
import { quantityOf } from '../kube/quantity';
import { NEVER_PRUNED } from '../kube/sync';
import type { Mountable } from './mountable';

export type AccessMode = 'ReadWriteOnce' | 'ReadWriteOncePod' | 'ReadWriteMany' | 'ReadOnlyMany';

export interface ClaimTemplateProps {
  /** What each pod's volume holds at least. It cannot be changed on a living StatefulSet. */
  readonly size: Size;

  /**
   * Name of an existing StorageClass; `''` binds only to volumes without a class.
   * @default - the cluster's default class
   */
  readonly storageClassName?: string;

  /** At least one. @default ['ReadWriteOnce'] */
  readonly accessModes?: readonly AccessMode[];

  /**
   * A file system, or a raw block device that appears at the mount's path.
   * @default 'Filesystem'
   */
  readonly volumeMode?: 'Filesystem' | 'Block';

  /**
   * Labels that a statically made volume must have.
   * @default - any volume
   */
  readonly matchLabels?: Readonly<Record<string, string>>;
}

/** Mounting it in a `StatefulStore` is what adds it: the claim of pod N is called `NAME-STATEFULSET-N`. */
export class ClaimTemplate implements Mountable {
  constructor(
    readonly name: string,
    private readonly props: ClaimTemplateProps,
  ) {}

  get block(): boolean {
    return this.props.volumeMode === 'Block';
  }

  /** @internal */
  problems(): Problem[] {
    const { size, storageClassName = '', accessModes } = this.props;
    return inProps({
      name: labelProblems(this.name),
      storageClassName: storageClassName === '' ? [] : subdomainProblems(storageClassName),
      size: unless(size.toKibibytes() > 0, 0, 'a claim has a size', 'set for example 10 GiB'),
      accessModes: unless(
        accessModes?.length !== 0,
        accessModes,
        'a claim says how it is mounted',
        "set for example ['ReadWriteOnce']",
      ),
    });
  }

  /** @internal */
  toKube(): k8s.KubePersistentVolumeClaimProps {
    const { size, storageClassName, accessModes = ['ReadWriteOnce'], volumeMode, matchLabels } = this.props;
    return {
      metadata: { name: this.name, annotations: { ...NEVER_PRUNED } },
      spec: {
        accessModes: [...accessModes],
        storageClassName,
        volumeMode: volumeMode ?? 'Filesystem',
        ...(matchLabels && { selector: { matchLabels: { ...matchLabels } } }),
        resources: { requests: { storage: k8s.Quantity.fromString(quantityOf(size)) } },
      },
    };
  }
}

/** What volumes, files and claims have in common: a container can mount them, and mounting is what adds them. */
import type { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import type { Problem } from '../kube/problems';

export interface Mountable {
  /** The volume's name in the pod. */
  readonly name: string;

  /** Whether it is a raw device instead of a file system. */
  readonly block?: boolean;

  /** The pod's volume. A claim template has none: the StatefulSet's controller adds it. */
  toVolume?(): k8s.Volume;

  /**
   * All that is wrong with it.
   * @internal
   */
  problems(): Problem[];

  /** Adds the objects that it needs beside the workload that mounts it. */
  addTo?(workload: Construct, labels: Readonly<Record<string, string>>): void;
}

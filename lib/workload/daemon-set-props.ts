/** What a `DaemonSet` can be told. */
import type { PodProps } from './pod-props';

export interface DaemonSetProps extends Omit<PodProps, 'name' | 'spread'> {
  /** Name of the DaemonSet. A DNS label. */
  readonly name: string;

  /**
   * Name of the main container.
   * @default - `name`
   */
  readonly containerName?: string;

  /**
   * What runs, as its makers call it. Label `app.kubernetes.io/name`.
   * @default - `name`
   */
  readonly application?: string;

  /**
   * Its part in the system. Label `app.kubernetes.io/component`.
   * @default - `name`
   */
  readonly component?: string;

  /**
   * Labels by which the DaemonSet finds its pods. Immutable on a living one. Kubernetes: `selector.matchLabels`.
   * @default - `app.kubernetes.io/name` and `app.kubernetes.io/instance`
   */
  readonly selector?: Readonly<Record<string, string>>;
}

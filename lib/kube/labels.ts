/** The recommended labels (`app.kubernetes.io/*`) that every object and pod carries. */

/** Whom the objects say they are managed by. */
export const MANAGER = 'cdk8s-ha';

export interface AppLabels {
  /** What runs, as its makers call it: `memcache`. */
  readonly name: string;

  /** Which one of them: the StatefulSet's or DaemonSet's name. */
  readonly instance: string;

  /** Its part in the system: `meta-service`. */
  readonly component: string;
}

/** `app.kubernetes.io/name`, `/instance`, `/component` and `/managed-by`. */
export function appLabels({ name, instance, component }: AppLabels): Record<string, string> {
  return {
    'app.kubernetes.io/name': name,
    'app.kubernetes.io/instance': instance,
    'app.kubernetes.io/component': component,
    'app.kubernetes.io/managed-by': MANAGER,
  };
}

/** The two of them that tell one workload's pods from all others of the namespace. */
export function instanceLabels(name: string, instance: string): Record<string, string> {
  return { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': instance };
}

/**
 * Annotation of a Service that selects on a label which is set on pods while they run, and so cannot match a template:
 * the label's key.
 */
export const RUNTIME_LABEL_ANNOTATION = `${MANAGER}/runtime-label`;

/** Annotation of a pod template that runs privileged: why. */
export const PRIVILEGED_BECAUSE_ANNOTATION = `${MANAGER}/privileged-because`;

/** Annotation of an object that may break a rule of `lib/verify`: the rule's id follows, and its value is the reason. */
export const WAIVER_ANNOTATION = `${MANAGER}/waive-`;

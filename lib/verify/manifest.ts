/** The parts of a rendered manifest that checks read; everything else is left untyped and untouched. */

export type Labels = Readonly<Record<string, string>>;

/** An object of any kind: what is below its head depends on its kind, and is read in `model.ts`. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
  };
  readonly spec?: unknown;
}

/** A manifest and the construct that it came from. */
export interface LocatedManifest {
  readonly constructPath: string;
  readonly manifest: Manifest;
}

export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly unknown[];
}

export interface PodTemplateView {
  readonly metadata?: { readonly labels?: Labels; readonly annotations?: Labels };
  readonly spec: PodSpecView;
}

export interface PodSpecView {
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly nodeSelector?: Labels;
  readonly initContainers?: readonly ContainerView[];
  readonly containers: readonly ContainerView[];
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
  readonly securityContext?: SecurityView & { readonly sysctls?: readonly { readonly name: string }[] };
  readonly affinity?: {
    readonly podAntiAffinity?: {
      readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly {
        readonly topologyKey: string;
        readonly labelSelector?: LabelSelector;
      }[];
    };
  };
}

export interface ContainerView {
  readonly name: string;
  readonly ports?: readonly {
    readonly containerPort: number;
    readonly hostPort?: number;
    readonly protocol?: string;
  }[];
  readonly securityContext?: SecurityView & {
    readonly privileged?: boolean;
    readonly allowPrivilegeEscalation?: boolean;
    readonly procMount?: string;
    readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  };
  readonly startupProbe?: ProbeView;
  readonly livenessProbe?: ProbeView;
  readonly readinessProbe?: ProbeView;
  readonly lifecycle?: { readonly postStart?: ProbeView; readonly preStop?: ProbeView };
}

/** What the kubelet asks or tells a container: a probe, or a hook of its life cycle. */
export interface ProbeView {
  readonly httpGet?: { readonly host?: string };
  readonly tcpSocket?: { readonly host?: string };
}

export interface SecurityView {
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly seccompProfile?: { readonly type: string };
  readonly appArmorProfile?: { readonly type: string };
  readonly seLinuxOptions?: { readonly type?: string; readonly user?: string; readonly role?: string };
  readonly windowsOptions?: { readonly hostProcess?: boolean };
}

/** As people call an object: `Service ns/db`. */
export function nameOf({ kind, metadata: { namespace, name } }: Manifest): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/**
 * The pod template of a workload of any kind, or the pod itself; undefined for everything else, whatever else it calls a
 * template. What is below its containers is taken to be as the API of Kubernetes has it, and is not looked at here.
 */
export function podTemplateOf({ kind, metadata, spec }: Manifest): PodTemplateView | undefined {
  const made = kind === 'CronJob' ? below(spec, 'jobTemplate', 'spec', 'template') : below(spec, 'template');
  const template = kind === 'Pod' ? { metadata, spec } : made;
  return hasContainers(template) ? template : undefined;
}

function hasContainers(template: unknown): template is PodTemplateView {
  return Array.isArray(below(template, 'spec', 'containers'));
}

/** What stands below these keys of an object, if anything does. */
export function below(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value);
}

/** Labels, whose values may look like numbers; undefined for what is no object. */
export function labelsOf(value: unknown): Labels | undefined {
  if (!isRecord(value)) return undefined;
  return Object.fromEntries(Object.entries(value).map(([key, label]) => [key, String(label)]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Whether every label of the selector is among the labels. */
export function matches(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

/** The parts of a rendered manifest that checks read; everything else is left untyped and untouched. */

export type Labels = Readonly<Record<string, string>>;

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
  };
  /** Of a Pod: what a workload has in its template. */
  readonly spec?: Partial<PodSpecView> & {
    /** Of a Service: labels. Of a workload: a label selector. */
    readonly selector?: Labels | LabelSelector;
    readonly template?: Partial<PodTemplateView>;
    /** Of a CronJob. */
    readonly jobTemplate?: { readonly spec: { readonly template: Partial<PodTemplateView> } };
  };
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

/**
 * The pod template of a workload of any kind, or the pod itself; undefined for everything else, whatever else it calls a
 * template.
 */
export function podTemplateOf(manifest: Manifest): PodTemplateView | undefined {
  const { kind, spec } = manifest;
  const template = kind === 'CronJob' ? spec?.jobTemplate?.spec.template : spec?.template;
  const { metadata, spec: pod } = kind === 'Pod' ? manifest : (template ?? {});
  return hasContainers(pod) ? { metadata, spec: pod } : undefined;
}

function hasContainers(pod: Partial<PodSpecView> | undefined): pod is PodSpecView {
  return Array.isArray(pod?.containers);
}

/** Whether every label of the selector is among the labels. */
export function matches(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

/** Workloads as tests see them: typed views of rendered objects, and where things are in them. */
import { type Chart, Yaml } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import { App, SystemChart } from '../../lib';
import { releasesWith, schemaProblems } from './kubernetes-schema';

type Labels = Readonly<Record<string, string>>;

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Labels;
    readonly annotations: Labels;
  };
}

export interface ContainerView {
  readonly name: string;
  readonly image: string;
  readonly restartPolicy?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly resources?: { readonly requests?: Labels; readonly limits?: Labels };
  readonly startupProbe?: ProbeView;
  readonly livenessProbe?: ProbeView;
  readonly readinessProbe?: ProbeView;
  readonly volumeMounts?: readonly VolumeMountView[];
  readonly volumeDevices?: readonly { readonly name: string; readonly devicePath: string }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
}

export interface VolumeMountView {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
  readonly subPathExpr?: string;
}

export interface ProbeView {
  readonly httpGet?: { readonly port: number; readonly path: string };
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
}

export interface PodView extends Readonly<Record<string, unknown>> {
  readonly initContainers?: readonly ContainerView[];
  readonly containers: readonly [ContainerView, ...ContainerView[]];
  readonly volumes?: readonly (Readonly<Record<string, unknown>> & { readonly name: string })[];
}

export interface TemplateView {
  readonly metadata: { readonly labels: Labels; readonly annotations?: Labels };
  readonly spec: PodView;
}

export interface WorkloadView extends KubeObject {
  readonly spec: Readonly<Record<string, unknown>> & {
    readonly serviceName?: string;
    readonly replicas?: number;
    readonly selector: { readonly matchLabels: Labels };
    readonly template: TemplateView;
    readonly volumeClaimTemplates?: readonly KubeObject[];
  };
}

export interface ServiceView extends KubeObject {
  readonly spec: Readonly<Record<string, unknown>> & { readonly selector?: Labels };
}

export interface PolicyView extends KubeObject {
  readonly spec: {
    readonly failurePolicy: string;
    readonly matchConditions: readonly { readonly expression: string }[];
    readonly validations: readonly {
      readonly expression: string;
      readonly message: string;
      readonly reason: string;
    }[];
  };
}

interface Kinds {
  readonly Application: KubeObject;
  readonly ConfigMap: KubeObject & { readonly data: Labels };
  readonly DaemonSet: WorkloadView;
  readonly Custom: KubeObject;
  readonly Namespace: KubeObject;
  readonly Pod: KubeObject & { readonly spec: object };
  readonly PodDisruptionBudget: KubeObject & { readonly spec: object };
  readonly Role: KubeObject & { readonly rules: readonly object[] };
  readonly RoleBinding: KubeObject & { readonly roleRef: object; readonly subjects: readonly object[] };
  readonly Service: ServiceView;
  readonly ServiceAccount: KubeObject;
  readonly StatefulSet: WorkloadView;
  readonly ValidatingAdmissionPolicy: PolicyView;
  readonly ValidatingAdmissionPolicyBinding: KubeObject & { readonly spec: object };
}

const HASH = /-[0-9a-f]{10}$/;
const HASHES = /-[0-9a-f]{10}\b/g;

/** One chart's objects, read back from its YAML. */
export class Rendering {
  readonly objects: readonly KubeObject[];

  constructor(private readonly yaml: string) {
    this.objects = parse(yaml);
  }

  /** `KIND NAME` of all objects, in the order of the file. */
  get names(): string[] {
    return this.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  }

  /** The only object of a kind, or the one of this name, without the hash of a ConfigMap. */
  one<K extends keyof Kinds>(kind: K, name?: string): Kinds[K] {
    const isWanted = (object: KubeObject): object is Kinds[K] =>
      object.kind === kind && (name === undefined || object.metadata.name.replace(HASH, '') === name);
    const [found, another] = this.objects.filter(isWanted);
    if (found === undefined || another !== undefined) {
      throw new Error(`not one ${kind} ${name ?? ''} among ${this.names.join(', ')}`);
    }
    return found;
  }

  get pod(): TemplateView {
    return this.one('StatefulSet').spec.template;
  }

  container(name: string): ContainerView {
    return containerOf(this.pod, name);
  }

  /** What the oldest and the newest supported release would refuse of the kinds that they have. */
  get refused(): string[] {
    return this.objects.flatMap((object) =>
      releasesWith(object.kind).flatMap((release) => schemaProblems(object, release)),
    );
  }

  /** The objects without what belongs to other tests: hashes of files, and the scripts. */
  get snapshot(): KubeObject[] {
    return parse(this.yaml.replace(HASHES, '-HASH')).map((object) =>
      isConfigMap(object) ? { ...object, data: withoutScripts(object.data) } : object,
    );
  }
}

/** Renders what is built into the chart of one system. */
export function rendered(build: (chart: SystemChart) => void): Rendering {
  const app = new App();
  build(new SystemChart(app, 'system', { namespace: 'ns' }));
  return new Rendering(
    app
      .render()
      .map(({ content }) => content)
      .join('---\n'),
  );
}

/** A chart as it is now. */
export function renderedNow(chart: Chart): Rendering {
  return new Rendering(Yaml.stringify(...(chart.toJson() as unknown[])));
}

/** A chart for constructs that are not rendered. */
export function chart(namespace = 'ns'): SystemChart {
  return new SystemChart(new App(), 'system', { namespace });
}

export function containerOf({ spec }: TemplateView, name: string): ContainerView {
  const found = [...(spec.initContainers ?? []), ...spec.containers].find(
    (container) => container.name === name,
  );
  if (found === undefined) throw new Error(`no container ${name}`);
  return found;
}

/** Plain values of a container's environment, and `?` for references. */
export function envOf({ env = [] }: ContainerView): Record<string, string> {
  return Object.fromEntries(env.map(({ name, value = '?' }) => [name, value]));
}

/** What a container mounts: volume by path. */
export function mountsOf({ volumeMounts = [] }: ContainerView): Record<string, string> {
  return Object.fromEntries(volumeMounts.map(({ mountPath, name }) => [mountPath, name]));
}

/** The volume's source. */
export function volumeOf({ spec }: TemplateView, wanted: string): object | undefined {
  return spec.volumes?.filter(({ name }) => name === wanted).map(({ name, ...source }) => source)[0];
}

export function volumeNames({ spec }: TemplateView): string[] {
  return spec.volumes?.map(({ name }) => name) ?? [];
}

function parse(yaml: string): KubeObject[] {
  return parseAllDocuments(yaml).map((document) => document.toJS() as KubeObject);
}

function isConfigMap(object: KubeObject): object is Kinds['ConfigMap'] {
  return object.kind === 'ConfigMap';
}

function withoutScripts(data: Labels): Labels {
  const shown = Object.entries(data).map(([file, text]) => [
    file,
    file.endsWith('.sh') ? '(a script)' : text,
  ]);
  return Object.fromEntries(shown) as Labels;
}

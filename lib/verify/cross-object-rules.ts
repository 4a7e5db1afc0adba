/** Faults that no single object shows: each rule reads all manifests of an app and names the constructs at fault. */
import { RUNTIME_LABEL_ANNOTATION } from '../kube/labels';
import {
  type Labels,
  type LocatedManifest,
  type Manifest,
  type PodTemplateView,
  matches,
  podTemplateOf,
} from './manifest';

/** What is wrong among the objects, one message each, in the order of the objects. */
export function crossObjectProblems(objects: readonly LocatedManifest[]): readonly string[] {
  const workloads = objects.flatMap(toWorkload);
  const pods = new PodIndex(workloads);
  return [
    ...duplicateObjects(objects),
    ...servicesWithoutPods(objects, pods),
    ...sharedPods(workloads, pods),
    ...hostPortClashes(workloads),
  ];
}

interface Workload extends LocatedManifest {
  readonly namespace: string;
  readonly selector: Labels;
  readonly template: PodTemplateView;
}

function toWorkload(located: LocatedManifest): Workload[] {
  const { manifest } = located;
  const template = podTemplateOf(manifest);
  if (template === undefined) return [];
  const namespace = manifest.metadata.namespace ?? '';
  return [{ ...located, namespace, selector: workloadSelector(manifest), template }];
}

/** The labels by which a workload claims pods; none where expressions, which are not read here, narrow the claim. */
function workloadSelector({ spec }: Manifest): Labels {
  const selector = spec?.selector ?? {};
  if ('matchExpressions' in selector || !('matchLabels' in selector)) return {};
  return typeof selector.matchLabels === 'object' ? selector.matchLabels : {};
}

function duplicateObjects(objects: readonly LocatedManifest[]): string[] {
  const owners = new Map<string, string>();
  return objects.flatMap(({ constructPath, manifest }) => {
    const { apiVersion, kind, metadata } = manifest;
    const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
    const key = [group, kind, metadata.namespace, metadata.name].join(' ');
    const owner = owners.get(key);
    owners.set(key, owner ?? constructPath);
    if (owner === undefined) return [];
    return `[${constructPath}] ${nameOf(manifest)} is also made by ${owner}: the one applied last wins. Rename one.`;
  });
}

/** Finds the workloads whose pods a selector selects without looking at all of them. */
class PodIndex {
  private readonly byLabel: ReadonlyMap<string, readonly Workload[]>;

  constructor(workloads: readonly Workload[]) {
    const labelled = workloads.flatMap((workload) =>
      Object.entries(workload.template.metadata?.labels ?? {}).map(([key, value]) => ({
        workload,
        label: labelOf(workload.namespace, key, value),
      })),
    );
    const groups = groupBy(labelled, ({ label }) => label);
    this.byLabel = new Map(
      [...groups].map(([label, group]) => [label, group.map(({ workload }) => workload)]),
    );
  }

  /** Workloads of the namespace whose pods have all labels of a selector with at least one. */
  selected(namespace: string, selector: Labels): readonly Workload[] {
    const candidates = Object.entries(selector).map(
      ([key, value]) => this.byLabel.get(labelOf(namespace, key, value)) ?? [],
    );
    const [fewest = []] = candidates.sort((a, b) => a.length - b.length);
    return fewest.filter(({ template }) => matches(selector, template.metadata?.labels ?? {}));
  }
}

function labelOf(namespace: string, key: string, value: string): string {
  return `${namespace} ${key}=${value}`;
}

function servicesWithoutPods(objects: readonly LocatedManifest[], pods: PodIndex): string[] {
  return objects.flatMap(({ constructPath, manifest }) => {
    const selector = serviceSelector(manifest);
    if (selector === undefined || Object.keys(selector).length === 0) return [];
    if (pods.selected(manifest.metadata.namespace ?? '', selector).length > 0) return [];
    return (
      `[${constructPath}] ${nameOf(manifest)} selects no pod of this app: ${JSON.stringify(selector)}. ` +
      `Correct spec.selector, or leave it out if something else writes the endpoints.`
    );
  });
}

/** The labels that a Service's pods must have in their template; undefined for objects without such a selector. */
function serviceSelector({ kind, metadata, spec }: Manifest): Labels | undefined {
  if (kind !== 'Service' || spec?.selector === undefined) return undefined;
  const runtimeLabel = metadata.annotations?.[RUNTIME_LABEL_ANNOTATION];
  const fixed = Object.entries(spec.selector).filter(([key]) => key !== runtimeLabel);
  return Object.fromEntries(fixed.map(([key, value]) => [key, String(value)]));
}

function sharedPods(workloads: readonly Workload[], pods: PodIndex): string[] {
  return workloads.flatMap((workload) =>
    pods
      .selected(workload.namespace, workload.selector)
      .filter((other) => other !== workload)
      .map((other) => sharedPod(workload, other)),
  );
}

function sharedPod(workload: Workload, other: Workload): string {
  return (
    `[${workload.constructPath}] ${nameOf(workload.manifest)} also selects the pods of ${other.constructPath}: ` +
    `${JSON.stringify(workload.selector)}. Give each its own selector.`
  );
}

/** Two workloads that claim one port of a node, and that no rule keeps on different nodes. */
function hostPortClashes(workloads: readonly Workload[]): string[] {
  const claimed = workloads.flatMap((workload) => hostPortsOf(workload).map((port) => ({ workload, port })));
  return [...groupBy(claimed, ({ port }) => port).values()].flatMap((claimants) =>
    claimants.flatMap(({ workload, port }, index) =>
      claimants
        .slice(0, index)
        .filter((earlier) => earlier.workload !== workload && canShareNode(earlier.workload, workload))
        .map(
          (earlier) =>
            `[${workload.constructPath}] ${nameOf(workload.manifest)} takes port ${port} of its node, as ` +
            `${earlier.workload.constructPath} does, and both may run on one node. ` +
            `Change a port, or keep them apart with nodeSelector.`,
        ),
    ),
  );
}

function hostPortsOf({ template: { spec } }: Workload): string[] {
  const ports = [...(spec.initContainers ?? []), ...spec.containers].flatMap(
    (container) => container.ports ?? [],
  );
  const taken = ports.map(({ containerPort, hostPort = 0, protocol = 'TCP' }) => ({
    port: spec.hostNetwork === true ? containerPort : hostPort,
    protocol,
  }));
  const used = taken.filter(({ port }) => port > 0).map(({ port, protocol }) => `${port}/${protocol}`);
  return [...new Set(used)];
}

function canShareNode(a: Workload, b: Workload): boolean {
  const [ofA, ofB] = [a.template.spec.nodeSelector ?? {}, b.template.spec.nodeSelector ?? {}];
  const disjoint = Object.entries(ofA).some(([key, value]) => ofB[key] !== undefined && ofB[key] !== value);
  return !disjoint && !keepsAway(a, b) && !keepsAway(b, a);
}

function keepsAway(a: Workload, b: Workload): boolean {
  const terms =
    a.template.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const labels = b.template.metadata?.labels ?? {};
  return (
    a.namespace === b.namespace &&
    terms.some(
      ({ topologyKey, labelSelector }) =>
        topologyKey === 'kubernetes.io/hostname' &&
        labelSelector?.matchLabels !== undefined &&
        matches(labelSelector.matchLabels, labels),
    )
  );
}

function nameOf({ kind, metadata }: Manifest): string {
  return metadata.namespace === undefined
    ? `${kind} ${metadata.name}`
    : `${kind} ${metadata.namespace}/${metadata.name}`;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

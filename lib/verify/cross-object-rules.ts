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
  return [
    ...duplicateObjects(objects),
    ...servicesWithoutPods(objects, workloads),
    ...sharedPods(workloads),
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
  const selector = manifest.spec?.selector;
  const matchLabels = selector !== undefined && 'matchLabels' in selector ? selector.matchLabels : undefined;
  return [
    {
      ...located,
      namespace: manifest.metadata.namespace ?? '',
      selector: typeof matchLabels === 'object' ? matchLabels : {},
      template,
    },
  ];
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

function servicesWithoutPods(objects: readonly LocatedManifest[], workloads: readonly Workload[]): string[] {
  const byNamespace = groupBy(workloads, ({ namespace }) => namespace);
  return objects.flatMap(({ constructPath, manifest }) => {
    const selector = serviceSelector(manifest);
    if (selector === undefined) return [];
    const candidates = byNamespace.get(manifest.metadata.namespace ?? '') ?? [];
    if (candidates.some(({ template }) => matches(selector, template.metadata?.labels ?? {}))) return [];
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

function sharedPods(workloads: readonly Workload[]): string[] {
  return [...groupBy(workloads, ({ namespace }) => namespace).values()].flatMap((neighbours) =>
    neighbours.flatMap((workload) =>
      neighbours
        .filter((other) => other !== workload && claims(workload, other))
        .map((other) => sharedPod(workload, other)),
    ),
  );
}

function claims({ selector }: Workload, { template }: Workload): boolean {
  return Object.keys(selector).length > 0 && matches(selector, template.metadata?.labels ?? {});
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
  return ports
    .map(({ containerPort, hostPort, protocol = 'TCP' }) => ({
      port: spec.hostNetwork === true ? containerPort : hostPort,
      protocol,
    }))
    .filter(({ port }) => port !== undefined)
    .map(({ port, protocol }) => `${port ?? ''}/${protocol}`);
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

/** Two workloads that claim one port of a node, and that nothing keeps on different nodes. */
import { groupBy } from '../group-by';
import { matches } from '../manifest';
import type { Model, Workload } from '../model';
import type { Fault, Rule } from '../rule';

export const hostPortClash: Rule = {
  id: 'host-port-clash',
  severity: 'error',
  title: 'Two workloads take the same port of a node, and both may run on one node',
  remedy: 'Change a port, or keep them apart with nodeSelector',
  check: clashes,
};

function clashes({ workloads }: Model): Fault[] {
  const claimed = workloads.flatMap((workload) => hostPortsOf(workload).map((port) => ({ workload, port })));
  return [...groupBy(claimed, ({ port }) => port).values()].flatMap((claimants) =>
    claimants.flatMap(({ workload, port }, index) =>
      claimants
        .slice(0, index)
        .filter((earlier) => earlier.workload !== workload && canShareNode(earlier.workload, workload))
        .map((earlier) => ({ object: workload, message: clash(port, earlier.workload) })),
    ),
  );
}

function clash(port: string, { constructPath }: Workload): string {
  return `takes port ${port} of its node, as ${constructPath} does, and both may run on one node`;
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

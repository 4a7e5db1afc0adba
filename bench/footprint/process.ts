/** A container's first process, as its node sees it. */
import { faults } from '../../cluster/faults';
import { get, kubectl } from '../../cluster/kubectl';
import type { ContainerStatus, Pod } from '../../cluster/objects';

/** `/proc/PID/stat` counts in hundredths of a second on all of Kubernetes' platforms. */
const TICK_MS = 10;

export interface Process {
  /** Resident memory, in MiB. */
  readonly rss: number;

  /** Milliseconds of the kernel's uptime. */
  readonly startedAt: number;
}

export interface Container {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

export async function processOf({ namespace, pod, container }: Container): Promise<Process> {
  const found = await get('pod', pod, namespace);
  const node = found.spec.nodeName ?? '';
  const id = statusOf(found, container)?.containerID?.replace('containerd://', '') ?? 'none';
  const tasks = await faults().exec(node, 'ctr', '--namespace', 'k8s.io', 'tasks', 'ls');
  const pid = new RegExp(`^${id} +(\\d+)`, 'm').exec(tasks)?.[1];
  if (pid === undefined) throw new Error(`${pod} runs no ${container}`);
  const [status, stat] = await Promise.all(
    ['status', 'stat'].map((file) => faults().exec(node, 'cat', `/proc/${pid}/${file}`)),
  );
  return { rss: residentOf(status ?? ''), startedAt: startOf(stat ?? '') };
}

export function statusOf({ status }: Pod, container: string): ContainerStatus | undefined {
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return all.find(({ name }) => name === container);
}

/** MiB, from `/proc/PID/status`. */
export function residentOf(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

/** From `/proc/PID/stat`, whose second field is a name that may have blanks and brackets. */
export function startOf(stat: string): number {
  const rest = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return TICK_MS * Number(rest[19]);
}

/** CPU time that a container has used since it began, and when that was so. */
export interface CpuTime {
  readonly nanoseconds: number;
  readonly at: Date;
}

interface Summary {
  readonly pods: readonly {
    readonly podRef: { readonly name: string; readonly namespace: string };
    readonly containers?: readonly {
      readonly name: string;
      readonly cpu?: { readonly time: string; readonly usageCoreNanoSeconds?: number };
    }[];
  }[];
}

/** As the kubelet counts it, by `POD/CONTAINER`. */
export async function cpuTimes(
  namespace: string,
  nodes: readonly string[],
): Promise<ReadonlyMap<string, CpuTime>> {
  const summaries = await Promise.all(
    nodes.map(async (node) => {
      const path = `/api/v1/nodes/${node}/proxy/stats/summary`;
      return JSON.parse(await kubectl(['get', '--raw', path])) as Summary;
    }),
  );
  const pods = summaries
    .flatMap((summary) => summary.pods)
    .filter(({ podRef }) => podRef.namespace === namespace);
  return new Map(
    pods.flatMap(({ podRef, containers = [] }) =>
      containers.flatMap(({ name, cpu }) =>
        cpu?.usageCoreNanoSeconds === undefined
          ? []
          : [
              [
                `${podRef.name}/${name}`,
                { nanoseconds: cpu.usageCoreNanoSeconds, at: new Date(cpu.time) },
              ] as const,
            ],
      ),
    ),
  );
}

/** Thousandths of a core between two looks. */
export function millicores(before: CpuTime, after: CpuTime): number {
  return (after.nanoseconds - before.nanoseconds) / 1000 / (after.at.getTime() - before.at.getTime());
}

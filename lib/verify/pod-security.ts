/** Which Pod Security level a pod needs: the strictest that admits it, and what keeps it from a stricter one. */
import type { ContainerView, PodSpecView } from './manifest';

export type PodSecurityLevel = 'restricted' | 'baseline' | 'privileged';

export interface PodSecurityNeed {
  readonly level: PodSecurityLevel;

  /** What a stricter level would refuse. */
  readonly reasons: readonly string[];
}

const BASELINE_CAPABILITIES: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

const SAFE_SYSCTLS: ReadonlySet<string> = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_syncookies',
]);

const RESTRICTED_VOLUMES: ReadonlySet<string> = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

const CONFINED: ReadonlySet<string> = new Set(['RuntimeDefault', 'Localhost']);

/** The need of one pod. */
export function podSecurityNeed(pod: PodSpecView): PodSecurityNeed {
  const notBaseline = [...podBeyondBaseline(pod), ...eachContainer(pod, beyondBaseline)];
  if (notBaseline.length > 0) return { level: 'privileged', reasons: notBaseline };
  const notRestricted = [
    ...volumesBeyondRestricted(pod),
    ...eachContainer(pod, (container) => beyondRestricted(container, pod)),
  ];
  return { level: notRestricted.length > 0 ? 'baseline' : 'restricted', reasons: notRestricted };
}

const ORDER: readonly PodSecurityLevel[] = ['restricted', 'baseline', 'privileged'];

/** The level that admits all of them. */
export function levelForAll(pods: readonly PodSpecView[]): PodSecurityLevel {
  const needed = pods.map((pod) => ORDER.indexOf(podSecurityNeed(pod).level));
  return ORDER[Math.max(0, ...needed)] ?? 'privileged';
}

function podBeyondBaseline(pod: PodSpecView): string[] {
  const sysctls = pod.securityContext?.sysctls ?? [];
  return [
    ...when(pod.hostNetwork, 'hostNetwork'),
    ...when(pod.hostPID, 'hostPID'),
    ...when(pod.hostIPC, 'hostIPC'),
    ...when(pod.securityContext?.seccompProfile?.type === 'Unconfined', 'seccomp Unconfined'),
    ...(pod.volumes ?? [])
      .filter((volume) => 'hostPath' in volume)
      .map((volume) => `hostPath ${String(volume['name'])}`),
    ...sysctls.filter(({ name }) => !SAFE_SYSCTLS.has(name)).map(({ name }) => `sysctl ${name}`),
  ];
}

function beyondBaseline(container: ContainerView): string[] {
  const { securityContext: security, ports = [] } = container;
  const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe];
  const added = security?.capabilities?.add ?? [];
  return [
    ...when(security?.privileged, 'privileged'),
    ...when(security?.seccompProfile?.type === 'Unconfined', 'seccomp Unconfined'),
    ...when(security?.procMount !== undefined && security.procMount !== 'Default', 'procMount'),
    ...when(
      probes.some((probe) => (probe?.httpGet?.host ?? probe?.tcpSocket?.host) !== undefined),
      'a probe with a host',
    ),
    ...added
      .filter((capability) => !BASELINE_CAPABILITIES.has(capability))
      .map((name) => `capability ${name}`),
    ...ports.filter(({ hostPort = 0 }) => hostPort > 0).map(({ hostPort }) => `hostPort ${hostPort ?? 0}`),
  ];
}

function beyondRestricted({ securityContext: security }: ContainerView, pod: PodSpecView): string[] {
  const capabilities = security?.capabilities;
  const nonRoot = security?.runAsNonRoot ?? pod.securityContext?.runAsNonRoot ?? false;
  const seccomp = security?.seccompProfile ?? pod.securityContext?.seccompProfile;
  return [
    ...when(security?.allowPrivilegeEscalation !== false, 'privilege escalation'),
    ...when(!nonRoot, 'runAsNonRoot is not set'),
    ...when((security?.runAsUser ?? pod.securityContext?.runAsUser) === 0, 'runs as root'),
    ...when(seccomp === undefined || !CONFINED.has(seccomp.type), 'no seccomp profile'),
    ...when(!(capabilities?.drop ?? []).includes('ALL'), 'does not drop all capabilities'),
    ...(capabilities?.add ?? [])
      .filter((name) => name !== 'NET_BIND_SERVICE')
      .map((name) => `capability ${name}`),
  ];
}

function volumesBeyondRestricted(pod: PodSpecView): string[] {
  const kinds = (pod.volumes ?? []).flatMap((volume) => Object.keys(volume).filter((key) => key !== 'name'));
  return kinds.filter((kind) => !RESTRICTED_VOLUMES.has(kind)).map((kind) => `a volume of kind ${kind}`);
}

function eachContainer(pod: PodSpecView, reasonsOf: (container: ContainerView) => string[]): string[] {
  return [...(pod.initContainers ?? []), ...pod.containers].flatMap((container) =>
    reasonsOf(container).map((reason) => `container ${container.name}: ${reason}`),
  );
}

function when(condition: boolean | undefined, reason: string): string[] {
  return condition === true ? [reason] : [];
}

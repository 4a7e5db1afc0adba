/**
 * Which Pod Security level a pod needs: the strictest that admits it in every supported release of Kubernetes, and what
 * keeps it from a stricter one. Where releases differ, the one that refuses counts.
 */
import type { ContainerView, Labels, PodSpecView, PodTemplateView, SecurityView } from './manifest';

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

/** Those of 1.29; `tcp_rmem` and `tcp_wmem` are refused before 1.32. */
const SAFE_SYSCTLS: ReadonlySet<string> = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_syncookies',
]);

/** Those of 1.29; `container_engine_t` is refused before 1.31. */
const SELINUX_TYPES: ReadonlySet<string> = new Set([
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
]);

const RESTRICTED_VOLUMES: ReadonlySet<string> = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

const CONFINED: ReadonlySet<string> = new Set(['RuntimeDefault', 'Localhost']);

/** How AppArmor was set before 1.30, and still can be: the container's name follows. */
const APP_ARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';
const APP_ARMOR_CONFINED = /^($|runtime\/default$|localhost\/)/;

/** The need of one pod. */
export function podSecurityNeed({ metadata, spec: pod }: PodTemplateView): PodSecurityNeed {
  const notBaseline = [
    ...podBeyondBaseline(pod),
    ...annotationsBeyondBaseline(metadata?.annotations ?? {}),
    ...eachContainer(pod, beyondBaseline),
  ];
  if (notBaseline.length > 0) return { level: 'privileged', reasons: notBaseline };
  const notRestricted = [
    ...when(pod.securityContext?.runAsNonRoot === false, 'runAsNonRoot is false'),
    ...when(pod.securityContext?.runAsUser === 0, 'runs as root'),
    ...volumesBeyondRestricted(pod),
    ...eachContainer(pod, (container) => beyondRestricted(container, pod)),
  ];
  return { level: notRestricted.length > 0 ? 'baseline' : 'restricted', reasons: notRestricted };
}

const ORDER: readonly PodSecurityLevel[] = ['restricted', 'baseline', 'privileged'];

/** The level that admits all of them. */
export function levelForAll(pods: readonly PodTemplateView[]): PodSecurityLevel {
  const needed = pods.map((pod) => ORDER.indexOf(podSecurityNeed(pod).level));
  return ORDER[Math.max(0, ...needed)] ?? 'privileged';
}

function podBeyondBaseline(pod: PodSpecView): string[] {
  const sysctls = pod.securityContext?.sysctls ?? [];
  return [
    ...when(pod.hostNetwork, 'hostNetwork'),
    ...when(pod.hostPID, 'hostPID'),
    ...when(pod.hostIPC, 'hostIPC'),
    ...securityBeyondBaseline(pod.securityContext),
    ...(pod.volumes ?? [])
      .filter((volume) => 'hostPath' in volume)
      .map((volume) => `hostPath ${String(volume['name'])}`),
    ...sysctls.filter(({ name }) => !SAFE_SYSCTLS.has(name)).map(({ name }) => `sysctl ${name}`),
  ];
}

/** Of what a pod and each of its containers may set. */
function securityBeyondBaseline(security: SecurityView = {}): string[] {
  const { type = '', user = '', role = '' } = security.seLinuxOptions ?? {};
  return [
    ...when(isUnconfined(security.seccompProfile), 'seccomp is not confined'),
    ...when(isUnconfined(security.appArmorProfile), 'AppArmor is not confined'),
    ...when(!SELINUX_TYPES.has(type), `SELinux type ${type}`),
    ...when(user !== '', `SELinux user ${user}`),
    ...when(role !== '', `SELinux role ${role}`),
    ...when(security.windowsOptions?.hostProcess, 'a Windows host process'),
  ];
}

function isUnconfined(profile: { readonly type: string } | undefined): boolean {
  return profile !== undefined && !CONFINED.has(profile.type);
}

function annotationsBeyondBaseline(annotations: Labels): string[] {
  return Object.entries(annotations)
    .filter(([key, profile]) => key.startsWith(APP_ARMOR_ANNOTATION) && !APP_ARMOR_CONFINED.test(profile))
    .map(([key]) => `container ${key.slice(APP_ARMOR_ANNOTATION.length)}: AppArmor is not confined`);
}

function beyondBaseline(container: ContainerView): string[] {
  const { securityContext: security, ports = [], lifecycle = {} } = container;
  const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe];
  const requests = [...probes, lifecycle.postStart, lifecycle.preStop];
  const hosts = requests.flatMap((request) => [request?.httpGet?.host, request?.tcpSocket?.host]);
  const added = security?.capabilities?.add ?? [];
  return [
    ...when(security?.privileged, 'privileged'),
    ...securityBeyondBaseline(security),
    ...when(security?.procMount !== undefined && security.procMount !== 'Default', 'procMount'),
    ...when(
      hosts.some((host = '') => host !== ''),
      'a probe or hook with a host',
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
    ...when(security?.runAsUser === 0, 'runs as root'),
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

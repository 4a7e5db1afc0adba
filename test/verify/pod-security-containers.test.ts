/** Tests of the Pod Security level that a container asks for, whether it is one of the main or of the init containers. */
import type { ContainerView } from '../../lib/verify/manifest';
import { podSecurityNeed } from '../../lib/verify/pod-security';

type Security = NonNullable<ContainerView['securityContext']>;

const RESTRICTED: Security = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

const MAIN: ContainerView = { name: 'main', securityContext: RESTRICTED };

/** A restricted container with something else. */
function container(props: Partial<ContainerView>): ContainerView {
  return { name: 'other', securityContext: RESTRICTED, ...props };
}

/** A restricted container in whose security context something is set. */
function secured(security: Security): ContainerView {
  return container({ securityContext: { ...RESTRICTED, ...security } });
}

describe.each(['containers', 'initContainers'] as const)('one of the %s', (list) => {
  function needWith(other: ContainerView): string {
    const others = list === 'containers' ? { containers: [MAIN, other] } : { initContainers: [other] };
    const { level, reasons } = podSecurityNeed({ spec: { containers: [MAIN], ...others } });
    return [level, ...reasons].join('; ');
  }

  const hosts = { httpGet: { host: '10.0.0.1' } };

  it.each<[string, ContainerView, string]>([
    ['privileged', secured({ privileged: true }), 'privileged'],
    ['capabilities', secured({ capabilities: { drop: ['ALL'], add: ['NET_RAW'] } }), 'capability NET_RAW'],
    ['capabilities: all', secured({ capabilities: { drop: ['ALL'], add: ['ALL'] } }), 'capability ALL'],
    ['procMount', secured({ procMount: 'Unmasked' }), 'procMount'],
    ['hostPorts', container({ ports: [{ containerPort: 80, hostPort: 80 }] }), 'hostPort 80'],
    ['windowsHostProcess', secured({ windowsOptions: { hostProcess: true } }), 'a Windows host process'],
    ['seccompProfile', secured({ seccompProfile: { type: 'Unconfined' } }), 'seccomp is not confined'],
    ['appArmorProfile', secured({ appArmorProfile: { type: 'Unconfined' } }), 'AppArmor is not confined'],
    ['seLinuxOptions: type', secured({ seLinuxOptions: { type: 'spc_t' } }), 'SELinux type spc_t'],
    ['seLinuxOptions: user', secured({ seLinuxOptions: { user: 'root' } }), 'SELinux user root'],
    ['seLinuxOptions: role', secured({ seLinuxOptions: { role: 'r' } }), 'SELinux role r'],
    ['hostProbes: startup', container({ startupProbe: hosts }), 'a probe or hook with a host'],
    ['hostProbes: liveness', container({ livenessProbe: hosts }), 'a probe or hook with a host'],
    ['hostProbes: readiness', container({ readinessProbe: hosts }), 'a probe or hook with a host'],
    [
      'hostProbes: TCP',
      container({ livenessProbe: { tcpSocket: { host: 'localhost' } } }),
      'a probe or hook with a host',
    ],
    [
      'hostLifecycle: after the start',
      container({ lifecycle: { postStart: hosts } }),
      'a probe or hook with a host',
    ],
    [
      'hostLifecycle: before the stop',
      container({ lifecycle: { preStop: hosts } }),
      'a probe or hook with a host',
    ],
    [
      'hostLifecycle: TCP',
      container({ lifecycle: { preStop: { tcpSocket: { host: 'localhost' } } } }),
      'a probe or hook with a host',
    ],
  ])('makes the pod privileged by the baseline check %s', (_, other, reason) => {
    expect(needWith(other)).toBe(`privileged; container other: ${reason}`);
  });

  it.each<[string, ContainerView, string]>([
    ['allowPrivilegeEscalation', secured({ allowPrivilegeEscalation: true }), 'privilege escalation'],
    ['runAsNonRoot', secured({ runAsNonRoot: false }), 'runAsNonRoot is not set'],
    ['runAsUser', secured({ runAsUser: 0 }), 'runs as root'],
    [
      'capabilities: drop',
      secured({ capabilities: { drop: ['NET_RAW'] } }),
      'does not drop all capabilities',
    ],
    ['capabilities: add', secured({ capabilities: { drop: ['ALL'], add: ['CHOWN'] } }), 'capability CHOWN'],
  ])('makes the pod baseline by the restricted check %s', (_, other, reason) => {
    expect(needWith(other)).toBe(`baseline; container other: ${reason}`);
  });

  it.each<[string, ContainerView]>([
    ['privileged', secured({ privileged: false })],
    ['capabilities', secured({ capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } })],
    ['procMount', secured({ procMount: 'Default' })],
    ['hostPorts', container({ ports: [{ containerPort: 80, hostPort: 0 }, { containerPort: 81 }] })],
    ['seccompProfile', secured({ seccompProfile: { type: 'Localhost' } })],
    ['runAsUser', secured({ runAsUser: 65534 })],
    ['hostProbes', container({ livenessProbe: { httpGet: {} }, startupProbe: { tcpSocket: { host: '' } } })],
    ['hostLifecycle', container({ lifecycle: { preStop: { httpGet: { host: '' } }, postStart: {} } })],
  ])('leaves the pod restricted with what the check %s admits', (_, other) => {
    expect(needWith(other)).toBe('restricted');
  });

  it.each([
    'AUDIT_WRITE',
    'CHOWN',
    'DAC_OVERRIDE',
    'FOWNER',
    'FSETID',
    'KILL',
    'MKNOD',
    'SETFCAP',
    'SETGID',
    'SETPCAP',
    'SETUID',
    'SYS_CHROOT',
  ])('leaves the pod baseline with the capability %s', (capability) => {
    const capabilities = { drop: ['ALL'], add: [capability] };

    expect(needWith(secured({ capabilities }))).toBe(`baseline; container other: capability ${capability}`);
  });
});

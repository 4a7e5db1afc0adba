/** Tests of the Pod Security level that a pod needs: each check of the standard, with what it admits and refuses. */
import fc from 'fast-check';
import type { ContainerView, PodSpecView, PodTemplateView } from '../../lib/verify/manifest';
import { type PodSecurityLevel, levelForAll, podSecurityNeed } from '../../lib/verify/pod-security';

type Security = NonNullable<ContainerView['securityContext']>;

const RESTRICTED: Security = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

const MAIN: ContainerView = { name: 'main', securityContext: RESTRICTED };

function podWith(spec: Partial<PodSpecView>): PodTemplateView {
  return { spec: { containers: [MAIN], ...spec } };
}

/** A restricted pod in whose security context something is set. */
function podSecurity(securityContext: PodSpecView['securityContext']): PodTemplateView {
  return podWith({ ...(securityContext && { securityContext }) });
}

/** A restricted container with something else. */
function container(props: Partial<ContainerView>): ContainerView {
  return { name: 'other', securityContext: RESTRICTED, ...props };
}

function volume(source: Readonly<Record<string, unknown>>): PodTemplateView {
  return podWith({ volumes: [{ name: 'volume', ...source }] });
}

function sysctl(name: string): PodTemplateView {
  return podSecurity({ sysctls: [{ name }] });
}

function appArmor(profile: string): PodTemplateView {
  return {
    ...podWith({}),
    metadata: { annotations: { 'container.apparmor.security.beta.kubernetes.io/main': profile } },
  };
}

function needOf(template: PodTemplateView): string {
  const { level, reasons } = podSecurityNeed(template);
  return [level, ...reasons].join('; ');
}

describe('a pod', () => {
  it('with nothing but what the restricted level asks for is restricted', () => {
    expect(podSecurityNeed(podWith({}))).toEqual({ level: 'restricted', reasons: [] });
  });

  it('with nothing at all is baseline, for every reason that the restricted level has', () => {
    expect(podSecurityNeed({ spec: { containers: [{ name: 'main' }] } })).toEqual({
      level: 'baseline',
      reasons: [
        'container main: privilege escalation',
        'container main: runAsNonRoot is not set',
        'container main: no seccomp profile',
        'container main: does not drop all capabilities',
      ],
    });
  });

  it('without containers is restricted', () => {
    expect(needOf({ spec: { containers: [] } })).toBe('restricted');
  });

  it.each<[string, PodTemplateView, string]>([
    ['hostNamespaces: the network', podWith({ hostNetwork: true }), 'hostNetwork'],
    ['hostNamespaces: process IDs', podWith({ hostPID: true }), 'hostPID'],
    ['hostNamespaces: IPC', podWith({ hostIPC: true }), 'hostIPC'],
    ['hostPathVolumes', volume({ hostPath: { path: '/' } }), 'hostPath volume'],
    ['windowsHostProcess', podSecurity({ windowsOptions: { hostProcess: true } }), 'a Windows host process'],
    ['seccompProfile', podSecurity({ seccompProfile: { type: 'Unconfined' } }), 'seccomp is not confined'],
    ['appArmorProfile', podSecurity({ appArmorProfile: { type: 'Unconfined' } }), 'AppArmor is not confined'],
    ['appArmorProfile: annotation', appArmor('unconfined'), 'container main: AppArmor is not confined'],
    [
      'appArmorProfile: other annotation',
      appArmor('docker-default'),
      'container main: AppArmor is not confined',
    ],
    ['seLinuxOptions: type', podSecurity({ seLinuxOptions: { type: 'spc_t' } }), 'SELinux type spc_t'],
    [
      'seLinuxOptions: type of 1.31',
      podSecurity({ seLinuxOptions: { type: 'container_engine_t' } }),
      'SELinux type container_engine_t',
    ],
    ['seLinuxOptions: user', podSecurity({ seLinuxOptions: { user: 'root' } }), 'SELinux user root'],
    ['seLinuxOptions: role', podSecurity({ seLinuxOptions: { role: 'sysadm_r' } }), 'SELinux role sysadm_r'],
    ['sysctls', sysctl('net.core.somaxconn'), 'sysctl net.core.somaxconn'],
    ['sysctls: unsafe', sysctl('kernel.msgmax'), 'sysctl kernel.msgmax'],
    ['sysctls: of 1.32', sysctl('net.ipv4.tcp_rmem'), 'sysctl net.ipv4.tcp_rmem'],
  ])('is privileged by the baseline check %s', (_, template, reason) => {
    expect(needOf(template)).toBe(`privileged; ${reason}`);
  });

  it.each<[string, PodTemplateView]>([
    ['hostNamespaces', podWith({ hostNetwork: false, hostPID: false, hostIPC: false })],
    ['windowsHostProcess', podSecurity({ windowsOptions: { hostProcess: false } })],
    ['seccompProfile', podSecurity({ seccompProfile: { type: 'Localhost' } })],
    ['appArmorProfile', podSecurity({ appArmorProfile: { type: 'RuntimeDefault' } })],
    ['appArmorProfile of its own', podSecurity({ appArmorProfile: { type: 'Localhost' } })],
    ['appArmorProfile: annotation', appArmor('runtime/default')],
    ['appArmorProfile: annotation of its own', appArmor('localhost/db')],
    ['appArmorProfile: empty annotation', appArmor('')],
    ['other annotations', { ...podWith({}), metadata: { annotations: { note: 'unconfined' } } }],
    ['seLinuxOptions', podSecurity({ seLinuxOptions: { type: 'container_t', user: '', role: '' } })],
    ['seLinuxOptions of init', podSecurity({ seLinuxOptions: { type: 'container_init_t' } })],
    ['seLinuxOptions of a virtual machine', podSecurity({ seLinuxOptions: { type: 'container_kvm_t' } })],
    ['runAsUser', podSecurity({ runAsUser: 1000, runAsNonRoot: true })],
    ['sysctls', podSecurity({ sysctls: [] })],
  ])('stays restricted with what the check %s admits', (_, template) => {
    expect(needOf(template)).toBe('restricted');
  });

  it.each([
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
  ])('stays restricted with the sysctl %s, safe in every supported release', (name) => {
    expect(needOf(sysctl(name))).toBe('restricted');
  });

  it.each([
    'configMap',
    'csi',
    'downwardAPI',
    'emptyDir',
    'ephemeral',
    'image',
    'persistentVolumeClaim',
    'projected',
    'secret',
  ])('stays restricted with a volume of kind %s', (kind) => {
    expect(needOf(volume({ [kind]: {} }))).toBe('restricted');
  });

  it.each([
    'nfs',
    'iscsi',
    'fc',
    'cephfs',
    'rbd',
    'glusterfs',
    'gitRepo',
    'azureFile',
    'awsElasticBlockStore',
    'flexVolume',
  ])('is baseline with a volume of kind %s, by the restricted check restrictedVolumes', (kind) => {
    expect(needOf(volume({ [kind]: {} }))).toBe(`baseline; a volume of kind ${kind}`);
  });

  it.each<[string, PodTemplateView, string]>([
    ['runAsNonRoot', podSecurity({ runAsNonRoot: false }), 'runAsNonRoot is false'],
    ['runAsUser', podSecurity({ runAsUser: 0 }), 'runs as root'],
  ])('is baseline by the restricted check %s, though its containers say otherwise', (_, template, reason) => {
    const securityContext = { ...RESTRICTED, runAsUser: 1000 };
    const containers = [{ ...MAIN, securityContext }];

    expect(needOf({ spec: { ...template.spec, containers } })).toBe(`baseline; ${reason}`);
  });

  it('may set for all its containers what they need not repeat', () => {
    const { runAsNonRoot, seccompProfile, ...rest } = RESTRICTED;
    const containers = [{ ...MAIN, securityContext: rest }];

    expect(needOf(podWith({ containers, securityContext: { runAsNonRoot, seccompProfile } }))).toBe(
      'restricted',
    );
    expect(needOf(podWith({ containers }))).toBe(
      'baseline; container main: runAsNonRoot is not set; container main: no seccomp profile',
    );
  });
});

describe('a pod with several needs', () => {
  it('has all reasons of the level that it misses, and none of the level that is out of reach', () => {
    const template = podWith({
      hostNetwork: true,
      volumes: [
        { name: 'root', hostPath: {} },
        { name: 'share', nfs: {} },
      ],
      containers: [
        MAIN,
        container({ ports: [{ containerPort: 80, hostPort: 80 }], securityContext: { privileged: true } }),
      ],
    });

    expect(podSecurityNeed(template)).toEqual({
      level: 'privileged',
      reasons: [
        'hostNetwork',
        'hostPath root',
        'container other: privileged',
        'container other: hostPort 80',
      ],
    });
  });
});

describe('the level for all pods', () => {
  const BY_LEVEL: Record<PodSecurityLevel, PodTemplateView> = {
    restricted: podWith({}),
    baseline: podWith({ containers: [{ name: 'main' }] }),
    privileged: podWith({ hostNetwork: true }),
  };
  const LEVELS: readonly PodSecurityLevel[] = ['restricted', 'baseline', 'privileged'];

  it('is restricted without pods', () => {
    expect(levelForAll([])).toBe('restricted');
  });

  it('is the least strict that one of them needs, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...LEVELS), { minLength: 1 }), (levels) => {
        const least = [...LEVELS].reverse().find((level) => levels.includes(level));
        expect(levelForAll(levels.map((level) => BY_LEVEL[level]))).toBe(least);
      }),
    );
  });
});

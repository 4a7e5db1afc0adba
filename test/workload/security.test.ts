/** Tests of security contexts, and of the Pod Security level that each needs. */
import { ContainerSecurity } from '../../lib';
import { podSecurityNeed } from '../../lib/verify/pod-security';
import { expectProblemAlone, refusalOf } from '../support/problems';

const RESTRICTED = {
  runAsNonRoot: true,
  readOnlyRootFilesystem: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

const ROOT = {
  runAsUser: 0,
  readOnlyRootFilesystem: true,
  allowPrivilegeEscalation: false,
  seccompProfile: { type: 'RuntimeDefault' },
};

describe('the security of a container', () => {
  it.each<[string, ContainerSecurity, object, string]>([
    ['restricted', ContainerSecurity.restricted(), RESTRICTED, 'restricted'],
    [
      'restricted, with a user of its own',
      ContainerSecurity.restricted({ user: 1 }),
      { ...RESTRICTED, runAsUser: 1 },
      'restricted',
    ],
    [
      'restricted, with a writable image',
      ContainerSecurity.restricted({ writableRoot: true }),
      { ...RESTRICTED, readOnlyRootFilesystem: false },
      'restricted',
    ],
    ['root', ContainerSecurity.root(), ROOT, 'baseline'],
    [
      'root, with a writable image',
      ContainerSecurity.root({ writableRoot: true }),
      { ...ROOT, readOnlyRootFilesystem: false },
      'baseline',
    ],
    [
      'root, with more capabilities',
      ContainerSecurity.root({ capabilities: ['SYS_NICE', 'IPC_LOCK'] }),
      { ...ROOT, capabilities: { add: ['SYS_NICE', 'IPC_LOCK'] } },
      'privileged',
    ],
    ['privileged', ContainerSecurity.privileged('needs the node'), { privileged: true }, 'privileged'],
  ])('may be %s', (_, security, context, level) => {
    const securityContext = security.toKube();

    expect(JSON.parse(JSON.stringify(securityContext))).toEqual(context);
    expect(podSecurityNeed({ spec: { containers: [{ name: 'db', securityContext }] } }).level).toBe(level);
    expect(security.isPrivileged).toBe('privileged' in context);
  });

  it('says why it is privileged, and nothing when it is not', () => {
    expect(ContainerSecurity.privileged('needs the node').privilegedBecause).toBe('needs the node');
    expect(ContainerSecurity.root().privilegedBecause).toBeUndefined();
  });

  it('is refused under the name of its factory', () => {
    expect([
      refusalOf(() => ContainerSecurity.restricted({ user: 0 })).subject,
      refusalOf(() => ContainerSecurity.root({ capabilities: [''] })).subject,
    ]).toEqual(['ContainerSecurity.restricted', 'ContainerSecurity.root']);
  });

  it.each([0, -1, 1.5, NaN])('is not restricted with user %d', (user) => {
    expectProblemAlone(() => ContainerSecurity.restricted({ user }), {
      property: 'user',
      value: user,
      rule: /does not run as root/,
      remedy: /ContainerSecurity\.root\(\)/,
    });
  });

  it.each(['CAP_SYS_NICE', 'sys_nice', '', 'SYS NICE'])('has no capability called %p', (capability) => {
    expectProblemAlone(() => ContainerSecurity.root({ capabilities: ['IPC_LOCK', capability] }), {
      property: 'capabilities[1]',
      value: capability,
      rule: /in capitals, without CAP_/,
    });
  });
});

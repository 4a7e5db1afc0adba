/** What a container may do on its node, from the restricted default to a privileged one with its reason. */
import type { k8s } from 'cdk8s-plus-27';
import { type Problem, inEach, inProps, refuse, unless } from '../kube/problems';

export interface RestrictedOptions {
  /**
   * User ID of the process, above 0. Kubernetes: `runAsUser`.
   * @default - the image's own user, which must not be root
   */
  readonly user?: number;

  /**
   * Lets the process write to its image's file system.
   * @default false
   */
  readonly writableRoot?: boolean;
}

export interface RootOptions {
  /**
   * Capabilities beyond the container runtime's default set, without the `CAP_` prefix.
   * @default - none
   */
  readonly capabilities?: readonly string[];

  /**
   * Lets the process write to its image's file system.
   * @default false
   */
  readonly writableRoot?: boolean;
}

/** A container's security context. */
export class ContainerSecurity {
  /** Not root, no capability, no escalation, the runtime's seccomp profile: what Pod Security `restricted` admits. */
  static restricted({ user, writableRoot = false }: RestrictedOptions = {}): ContainerSecurity {
    const rule = 'a restricted container does not run as root: its user is a whole number above 0';
    const isUser = user === undefined || (Number.isInteger(user) && user > 0);
    refuse(
      'ContainerSecurity.restricted',
      inProps({ user: unless(isUser, user, rule, 'choose another, or use ContainerSecurity.root()') }),
    );
    return new ContainerSecurity({
      runAsNonRoot: true,
      runAsUser: user,
      readOnlyRootFilesystem: !writableRoot,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    });
  }

  /** Root in its container, for images that need it: a fault in the application is then one step nearer to the node. */
  static root({ capabilities, writableRoot = false }: RootOptions = {}): ContainerSecurity {
    refuse(
      'ContainerSecurity.root',
      inProps({ capabilities: inEach(capabilities ?? [], capabilityProblems) }),
    );
    return new ContainerSecurity({
      runAsUser: 0,
      readOnlyRootFilesystem: !writableRoot,
      allowPrivilegeEscalation: false,
      ...(capabilities && { capabilities: { add: [...capabilities] } }),
      seccompProfile: { type: 'RuntimeDefault' },
    });
  }

  /**
   * All devices and capabilities of the node: whoever breaks into the application owns the node.
   * @param reason why nothing less will do; shown as an annotation on the pods
   */
  static privileged(reason: string): ContainerSecurity {
    return new ContainerSecurity({ privileged: true }, reason);
  }

  private constructor(
    private readonly context: k8s.SecurityContext,
    /** Why it is privileged; undefined when it is not. */
    readonly privilegedBecause?: string,
  ) {}

  get isPrivileged(): boolean {
    return this.context.privileged === true;
  }

  /** @internal */
  toKube(): k8s.SecurityContext {
    return this.context;
  }
}

function capabilityProblems(capability: string): Problem[] {
  return unless(
    /^(?!CAP_)[A-Z][A-Z_]*$/.test(capability),
    capability,
    'a capability is written in capitals, without CAP_',
    'write for example SYS_NICE',
  );
}

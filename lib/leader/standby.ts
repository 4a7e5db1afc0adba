/** What the members that do not lead do, and how the elector asks the leader's application whether it serves. */
import { Duration } from 'cdk8s';
import type { ContainerPort } from '../kube/container';
import { Checks } from '../kube/problems';

/** A question that the elector asks the application; any port of the application, by reference. */
export class AppCheck {
  /**
   * Any 2xx answer to GET is good.
   * @param path begins with '/'
   */
  static http(port: ContainerPort, path = '/'): AppCheck {
    const checks = new Checks('AppCheck.http');
    checks.require(path.startsWith('/'), 'path', path, "a path begins with '/'", 'add it');
    checks.done();
    return new AppCheck(port, `http://$(POD_IP):${port.port}${path}`);
  }

  /** An accepted connection is good. */
  static tcp(port: ContainerPort): AppCheck {
    return new AppCheck(port, `tcp://$(POD_IP):${port.port}`);
  }

  private constructor(
    readonly port: ContainerPort,
    /** For the elector; the kubelet replaces `$(POD_IP)`. */
    readonly url: string,
  ) {}
}

export interface ColdStandbyProps {
  /** Decides when a new leader gets the traffic, and whether it stays healthy. */
  readonly check: AppCheck;

  /**
   * An application that has not answered for this long after its start is stopped, and another member leads.
   * @default 60 s
   */
  readonly startTimeout?: Duration;
}

export interface HotStandbyProps {
  /** Decides when a new leader gets the traffic. */
  readonly check: AppCheck;

  /**
   * Where to POST `{"term": N}` on the application before it gets the traffic, until it answers with 2xx. Called again
   * with the same term when the elector has restarted.
   * @default - nothing is told
   */
  readonly onPromote?: HttpHook;

  /**
   * Where to POST `{"term": N}` on the application before the Lease is released, until it answers with 2xx. Called again
   * with the same term when the application was away in between.
   * @default - nothing is told
   */
  readonly onDemote?: HttpHook;
}

export interface HttpHook {
  /** A port of the application. */
  readonly port: ContainerPort;

  /** Begins with '/'. */
  readonly path: string;
}

export class Standby {
  /**
   * The application runs on the leader only, behind the gate: a demoted leader's is stopped. The safe choice for an
   * application that knows nothing of elections.
   */
  static cold({ check, startTimeout = Duration.seconds(60) }: ColdStandbyProps): Standby {
    return new Standby('cold', check, startTimeout, {});
  }

  /**
   * The application runs on every member and is told to lead. It must refuse writes of an older term by itself: nothing
   * stops a demoted leader that does not listen.
   */
  static hot({ check, onPromote, onDemote }: HotStandbyProps): Standby {
    const hooks = { ...(onPromote && { onPromote }), ...(onDemote && { onDemote }) };
    return new Standby('hot', check, Duration.seconds(60), hooks);
  }

  private constructor(
    readonly kind: 'cold' | 'hot',
    readonly check: AppCheck,
    readonly startTimeout: Duration,
    readonly hooks: { readonly onPromote?: HttpHook; readonly onDemote?: HttpHook },
  ) {}
}

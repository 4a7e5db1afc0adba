/** What the members that do not lead do, and how it is known whether the leader's application serves. */
import { Duration } from 'cdk8s';
import { inProps, refuse, unless } from '../kube/problems';
import type { ContainerPort } from '../workload/container';
import type { ProbeTiming } from '../workload/probe';

/**
 * A question over the network, which the elector asks. It goes to the pod's address, as clients do: an application that
 * listens on the loopback only would pass a check there, and serve nobody.
 */
export interface NetworkCheck {
  readonly kind: 'network';
  readonly port: ContainerPort;

  /** The kubelet replaces `$(POD_IP)`. */
  readonly url: string;
}

/** A command in the application's container, which the gate asks. */
export interface ExecCheck {
  readonly kind: 'exec';
  readonly command: readonly string[];
}

/** Whether the application answers. */
export type AppCheck = NetworkCheck | ExecCheck;

export const AppCheck = {
  /**
   * Any 2xx answer to GET is good.
   * @param port of the application
   * @param path begins with '/'
   */
  http(port: ContainerPort, path = '/'): NetworkCheck {
    const found = unless(path.startsWith('/'), path, "a path begins with '/'", 'add it');
    refuse('AppCheck.http', inProps({ path: found }));
    return { kind: 'network', port, url: `http://$(POD_IP):${port.port}${path}` };
  },

  /**
   * An accepted connection is good.
   * @param port of the application
   */
  tcp(port: ContainerPort): NetworkCheck {
    return { kind: 'network', port, url: `tcp://$(POD_IP):${port.port}` };
  },

  /**
   * Exit status 0 is good. It may take 5 s, and is run every 0.1 s until it first succeeds, then every second; what it
   * prints is discarded. `HA_TERM` is in its environment. The image needs `timeout`, from coreutils or busybox.
   * @param command a program and its arguments, no shell
   */
  exec(command: readonly string[]): ExecCheck {
    const isCommand = command.length > 0 && command[0] !== '';
    const remedy = "name it, for example ['redis-cli', 'ping']";
    refuse(
      'AppCheck.exec',
      inProps({ command: unless(isCommand, command, 'this is a program with its arguments', remedy) }),
    );
    return { kind: 'exec', command };
  },
} as const;

/** A signal that can tell an application to stop. */
export type StopSignal = 'SIGTERM' | 'SIGINT' | 'SIGQUIT' | 'SIGHUP' | 'SIGUSR1' | 'SIGUSR2' | 'SIGKILL';

/**
 * How often the kubelet asks after a gated application, and how many answers decide. What it asks is the elector's: a
 * standby, whose application does not run, is alive and ready.
 */
export interface ColdStandbyProbes {
  /**
   * Of a start, in whole seconds of at least 1. `failureThreshold` follows from `startTimeout`. Kubernetes:
   * `startupProbe`.
   * @default - every 2 s, for 2 s
   */
  readonly startup?: Pick<ProbeTiming, 'period' | 'timeout'>;

  /**
   * Ends the container of an application that hangs. From the first failure to the last at least 20 s,
   * `(failureThreshold - 1) × period`: an elector that is restarted does not answer, and a healthy standby would be killed
   * for it. `timeout` at least 2 s, for the elector asks the application meanwhile. Kubernetes: `livenessProbe`.
   * @default - every 5 s, for 2 s, six failures
   */
  readonly liveness?: Pick<ProbeTiming, 'period' | 'timeout' | 'failureThreshold'>;

  /**
   * Whether roll-outs and budgets count the member; clients are led by the election. `timeout` at least 2 s. Kubernetes:
   * `readinessProbe`.
   * @default - every 5 s, for 2 s, three failures
   */
  readonly readiness?: Pick<ProbeTiming, 'period' | 'timeout' | 'failureThreshold'>;
}

export interface ColdStandbyProps {
  /** Decides when a new leader gets the traffic, and whether it stays healthy. */
  readonly check: AppCheck;

  /**
   * An application that has not answered for this long after its start is stopped, and another member leads.
   * @default 60 s
   */
  readonly startTimeout?: Duration;

  /**
   * When the kubelet's probes of the application run, and how many results decide.
   * @default - those of `ColdStandbyProbes`
   */
  readonly probes?: ColdStandbyProbes;

  /**
   * What tells the application to stop: when its lead is over, and when its pod is to end. It has `killAfter` of the
   * election for that, or the pod's grace period; then comes SIGKILL. `SIGKILL` suits an application that makes nothing
   * better by taking its time.
   * @default 'SIGTERM'
   */
  readonly stopSignal?: StopSignal;
}

export interface HotStandbyProps {
  /** Decides when a new leader gets the traffic. The elector also keeps a silent connection to its port. */
  readonly check: NetworkCheck;

  /**
   * Where to POST `{"term": N}` on the application before it gets the traffic, until it answers with 2xx. Called again
   * with the same term when the elector has restarted, or the application may have.
   * @default - nothing is told
   */
  readonly onPromote?: HttpHook;

  /**
   * Where to POST `{"term": N}` on the application before the Lease is released, until it answers with 2xx: also when the
   * application does not lead. Called again with the same term when it or the elector was away in between.
   * @default - nothing is told
   */
  readonly onDemote?: HttpHook;
}

/** Whoever reaches a hook can promote the application with any token, or demote it. */
export interface HttpHook {
  /**
   * Where the application listens for it, 1 to 65535. On the loopback none of its `ports`: they answer on the pod's
   * address too.
   */
  readonly port: number;

  /** Begins with '/'. */
  readonly path: string;

  /**
   * `loopback`: the application listens on 127.0.0.1 with a port for the hooks alone, which only the containers of its
   * pod reach; with `hostNetwork` those of the node do. `pod`: one of its `ports`, on the pod's address; whoever reaches
   * the pod reaches the hook, and nothing but a NetworkPolicy or a check of its own keeps others from it.
   * @default 'loopback'
   */
  readonly address?: 'loopback' | 'pod';
}

export class Standby {
  /**
   * The application runs on the leader only, behind the gate: a demoted leader's is stopped. The safe choice for an
   * application that knows nothing of elections. A hook that would run on standbys too, `lifecycle.postStart`, is refused.
   */
  static cold({
    check,
    startTimeout = Duration.seconds(60),
    probes = {},
    stopSignal = 'SIGTERM',
  }: ColdStandbyProps): Standby {
    return new Standby('cold', check, startTimeout, probes, stopSignal, {});
  }

  /**
   * The application runs on every member and is told to lead. It must refuse writes of an older term by itself: nothing
   * stops a demoted leader that does not listen.
   */
  static hot({ check, onPromote, onDemote }: HotStandbyProps): Standby {
    const hooks = {
      ...(onPromote && { onPromote: resolveHook(onPromote) }),
      ...(onDemote && { onDemote: resolveHook(onDemote) }),
    };
    return new Standby('hot', check, Duration.seconds(60), {}, 'SIGTERM', hooks);
  }

  private constructor(
    readonly kind: 'cold' | 'hot',
    readonly check: AppCheck,
    readonly startTimeout: Duration,
    readonly probes: ColdStandbyProbes,
    readonly stopSignal: StopSignal,
    readonly hooks: { readonly onPromote?: Required<HttpHook>; readonly onDemote?: Required<HttpHook> },
  ) {}
}

function resolveHook({ port, path, address = 'loopback' }: HttpHook): Required<HttpHook> {
  return { port, path, address };
}

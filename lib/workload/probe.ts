/** Probes of every kind with every field; cdk8s-plus-27 has neither gRPC nor HTTP headers. */
import { type Duration } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { type Problem, inProps, unless } from '../kube/problems';
import { portNumberProblems, wholeSecondsProblems } from '../kube/values';

/** When a probe runs, and how many results decide. */
export interface ProbeTiming {
  /**
   * Time from the container's start to the first probe, in whole seconds. Kubernetes: `initialDelaySeconds`.
   * @default 0 s
   */
  readonly initialDelay?: Duration;

  /**
   * Time between probes, whole seconds, at least 1. Kubernetes: `periodSeconds`.
   * @default 10 s
   */
  readonly period?: Duration;

  /**
   * How long an answer may take, whole seconds, at least 1. Kubernetes: `timeoutSeconds`.
   * @default 1 s
   */
  readonly timeout?: Duration;

  /**
   * Successes in a row after which it counts as good again, at least 1; 1 for startup and liveness. Kubernetes:
   * `successThreshold`.
   * @default 1
   */
  readonly successThreshold?: number;

  /**
   * Failures in a row after which it counts as bad, at least 1. Kubernetes: `failureThreshold`.
   * @default 3
   */
  readonly failureThreshold?: number;

  /**
   * Overrides the pod's grace period when this probe kills the container; not for readiness. Kubernetes:
   * `terminationGracePeriodSeconds`.
   * @default - the pod's
   */
  readonly terminationGracePeriod?: Duration;
}

export interface HttpProbe extends ProbeTiming {
  /** Port number on the pod's address. */
  readonly port: number;

  /** @default '/' */
  readonly path?: string;

  /** @default 'HTTP' */
  readonly scheme?: 'HTTP' | 'HTTPS';

  /**
   * Address to ask instead of the pod's own. The Pod Security level `baseline` refuses it.
   * @default - the pod's address
   */
  readonly host?: string;

  /**
   * Request headers, by name.
   * @default - none
   */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TcpProbe extends ProbeTiming {
  readonly port: number;

  /** @default - the pod's address */
  readonly host?: string;
}

export interface ExecProbe extends ProbeTiming {
  /** Program and arguments, run in the container without a shell. Status 0 is success. */
  readonly command: readonly string[];
}

export interface GrpcProbe extends ProbeTiming {
  readonly port: number;

  /**
   * Service name sent in the gRPC health request.
   * @default - the whole server
   */
  readonly service?: string;
}

type Action = Pick<k8s.Probe, 'httpGet' | 'tcpSocket' | 'exec' | 'grpc'>;

/** One probe of a container. */
export class Probe {
  /** Any status from 200 to 399 is success. */
  static http({ port, path = '/', scheme, host, headers = {}, ...timing }: HttpProbe): Probe {
    const httpHeaders = Object.entries(headers).map(([name, value]) => ({ name, value }));
    const httpGet = {
      port: k8s.IntOrString.fromNumber(port),
      path,
      scheme,
      host,
      ...(httpHeaders.length > 0 && { httpHeaders }),
    };
    return new Probe({ httpGet }, timing, port);
  }

  /** An accepted connection is success. */
  static tcp({ port, host, ...timing }: TcpProbe): Probe {
    return new Probe({ tcpSocket: { port: k8s.IntOrString.fromNumber(port), host } }, timing, port);
  }

  /** A program in the container that ends with 0 is success. */
  static exec({ command, ...timing }: ExecProbe): Probe {
    return new Probe({ exec: { command: [...command] } }, timing);
  }

  /** The gRPC health protocol's SERVING is success. */
  static grpc({ port, service, ...timing }: GrpcProbe): Probe {
    return new Probe({ grpc: { port, service } }, timing, port);
  }

  private constructor(
    private readonly action: Action,
    private readonly timing: ProbeTiming,
    private readonly port?: number,
  ) {}

  /** @internal */
  toKube(): k8s.Probe {
    const { initialDelay, period, timeout, successThreshold, failureThreshold, terminationGracePeriod } =
      this.timing;
    return {
      ...this.action,
      initialDelaySeconds: initialDelay?.toSeconds(),
      periodSeconds: period?.toSeconds(),
      timeoutSeconds: timeout?.toSeconds(),
      successThreshold,
      failureThreshold,
      terminationGracePeriodSeconds: terminationGracePeriod?.toSeconds(),
    };
  }

  /**
   * What the API server would refuse in this place.
   * @internal
   */
  problems(kind: keyof Probes): Problem[] {
    return [...this.placeProblems(kind), ...this.valueProblems()];
  }

  private placeProblems(kind: keyof Probes): Problem[] {
    const { successThreshold = 1, terminationGracePeriod } = this.timing;
    return inProps({
      successThreshold: unless(
        kind === 'readiness' || successThreshold === 1,
        successThreshold,
        `a ${kind} probe succeeds at its first success`,
        'leave it out',
      ),
      terminationGracePeriod: unless(
        kind !== 'readiness' || terminationGracePeriod === undefined,
        terminationGracePeriod?.toHumanString(),
        'a readiness probe kills nothing',
        'leave it out',
      ),
    });
  }

  private valueProblems(): Problem[] {
    const { initialDelay, period, timeout, terminationGracePeriod } = this.timing;
    const { successThreshold, failureThreshold } = this.timing;
    const command = this.action.exec?.command;
    return inProps({
      period: wholeSecondsProblems(period, 1),
      timeout: wholeSecondsProblems(timeout, 1),
      terminationGracePeriod: wholeSecondsProblems(terminationGracePeriod, 1),
      initialDelay: wholeSecondsProblems(initialDelay, 0),
      successThreshold: thresholdProblems(successThreshold),
      failureThreshold: thresholdProblems(failureThreshold),
      port: this.port === undefined ? [] : portNumberProblems(this.port),
      command: unless(
        command?.length !== 0,
        command,
        'an exec probe runs a program',
        'name it, with its arguments',
      ),
    });
  }
}

function thresholdProblems(threshold = 1): Problem[] {
  return unless(
    Number.isInteger(threshold) && threshold >= 1,
    threshold,
    'a threshold is a whole number of at least 1',
    'set 1 or more',
  );
}

/** The three probes of a container. */
export interface Probes {
  /**
   * Until it succeeds, the other two do not run; when it fails for good, the container is restarted. A slow start
   * belongs here, not into an initial delay.
   * @default - none
   */
  readonly startup?: Probe;

  /**
   * When it fails, the container is restarted. It should fail only for what a restart mends.
   * @default - none
   */
  readonly liveness?: Probe;

  /**
   * While it fails, Services send no traffic, and rollouts and budgets count the pod as away.
   * @default - none
   */
  readonly readiness?: Probe;
}

/** Problems of all three. */
export function probesProblems({ startup, liveness, readiness }: Probes): Problem[] {
  return inProps({
    startup: startup?.problems('startup') ?? [],
    liveness: liveness?.problems('liveness') ?? [],
    readiness: readiness?.problems('readiness') ?? [],
  });
}

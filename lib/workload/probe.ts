/** Probes of every kind with every field; cdk8s-plus-27 has neither gRPC nor HTTP headers. */
import { type Duration } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Problem } from '../kube/problems';
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

  /** What the API server would refuse in this place. */
  problems(property: string, kind: keyof Probes): Problem[] {
    return [...this.placeProblems(property, kind), ...this.valueProblems(property)];
  }

  private placeProblems(property: string, kind: keyof Probes): Problem[] {
    const { successThreshold = 1, terminationGracePeriod } = this.timing;
    const found: Problem[] = [];
    if (kind !== 'readiness' && successThreshold !== 1) {
      found.push({
        property: `${property}.successThreshold`,
        value: successThreshold,
        rule: `a ${kind} probe succeeds at its first success`,
        remedy: 'leave it out',
      });
    }
    if (kind === 'readiness' && terminationGracePeriod !== undefined) {
      found.push({
        property: `${property}.terminationGracePeriod`,
        value: terminationGracePeriod.toHumanString(),
        rule: 'a readiness probe kills nothing',
        remedy: 'leave it out',
      });
    }
    return found;
  }

  private valueProblems(property: string): Problem[] {
    const { initialDelay, period, timeout, terminationGracePeriod } = this.timing;
    const { successThreshold, failureThreshold } = this.timing;
    const seconds = { period, timeout, terminationGracePeriod };
    const counts = { successThreshold, failureThreshold };
    return [
      ...Object.entries(seconds).flatMap(([name, value]) =>
        wholeSecondsProblems(`${property}.${name}`, value, 1),
      ),
      ...wholeSecondsProblems(`${property}.initialDelay`, initialDelay, 0),
      ...Object.entries(counts)
        .filter(([, value]) => value !== undefined && !(Number.isInteger(value) && value >= 1))
        .map(([name, value]) => ({
          property: `${property}.${name}`,
          value,
          rule: 'a threshold is a whole number of at least 1',
          remedy: 'set 1 or more',
        })),
      ...(this.port === undefined ? [] : portNumberProblems(`${property}.port`, this.port)),
      ...this.commandProblems(property),
    ];
  }

  private commandProblems(property: string): Problem[] {
    const { command } = this.action.exec ?? {};
    if (command === undefined || command.length > 0) return [];
    const rule = 'an exec probe runs a program';
    return [{ property: `${property}.command`, value: command, rule, remedy: 'name it, with its arguments' }];
  }
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
export function probesProblems(property: string, probes: Probes): Problem[] {
  return (['startup', 'liveness', 'readiness'] as const).flatMap(
    (kind) => probes[kind]?.problems(`${property}.${kind}`, kind) ?? [],
  );
}

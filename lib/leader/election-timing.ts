/**
 * How long a lead lasts and when it is given up. Names are client-go's.
 *
 * Guaranteed by the relations checked here, as long as no process is paused between two looks at the clock for longer
 * than `SAFETY_MARGIN_MS` and the rates of two clocks do not differ by more than the margin over one lease: the former
 * leader's application has stopped before another may start. Offsets between clocks do not matter. Not guaranteed:
 * anything under longer pauses; there only a fencing token checked by the resource helps.
 */
import { Duration } from 'cdk8s';
import { type Problem, refuse } from '../kube/problems';
import { brokenRelations } from './timing-rules';

export interface ElectionTimingProps {
  /**
   * A candidate takes a Lease that it saw unchanged for this long; whole seconds, a day at most. Longer tolerates longer API
   * outages, shorter fails over faster. Kubernetes: `leaseDurationSeconds`.
   */
  readonly leaseDuration: Duration;

  /**
   * How long after the sending of its last successful renewal the leader's application may go on. At least twice
   * `retryPeriod`, so that one failed request changes nothing.
   */
  readonly renewDeadline: Duration;

  /** Time between renewals. Each is one request to the API server. */
  readonly retryPeriod: Duration;

  /** From the SIGTERM to the SIGKILL of an application whose deadline has passed. A graceful stop is not bound by it. */
  readonly killAfter: Duration;
}

export class ElectionTiming {
  /** Fails over within about 5 s of a node's loss; rides out an API server that is away for 1.5 s. */
  static readonly fast = ElectionTiming.of({
    leaseDuration: Duration.seconds(4),
    renewDeadline: Duration.millis(2500),
    retryPeriod: Duration.millis(800),
    killAfter: Duration.seconds(1),
  });

  /** Fails over within about 10 s of a node's loss; rides out an API server that is away for 4.2 s. */
  static readonly default = ElectionTiming.of({
    leaseDuration: Duration.seconds(10),
    renewDeadline: Duration.seconds(7),
    retryPeriod: Duration.millis(2500),
    killAfter: Duration.seconds(2),
  });

  /** Rides out an API server that is away for 34 s; fails over within about 60 s of a node's loss. */
  static readonly patient = ElectionTiming.of({
    leaseDuration: Duration.seconds(60),
    renewDeadline: Duration.seconds(45),
    retryPeriod: Duration.seconds(10),
    killAfter: Duration.seconds(10),
  });

  /** Other values, with the relations between them checked. */
  static of(props: ElectionTimingProps): ElectionTiming {
    refuse('ElectionTiming', timingProblems(props));
    return new ElectionTiming(props.leaseDuration, props.renewDeadline, props.retryPeriod, props.killAfter);
  }

  private constructor(
    readonly leaseDuration: Duration,
    readonly renewDeadline: Duration,
    readonly retryPeriod: Duration,
    readonly killAfter: Duration,
  ) {}
}

function timingProblems({
  leaseDuration,
  renewDeadline,
  retryPeriod,
  killAfter,
}: ElectionTimingProps): Problem[] {
  const broken = brokenRelations({
    leaseDuration: leaseDuration.toMilliseconds(),
    renewDeadline: renewDeadline.toMilliseconds(),
    retryPeriod: retryPeriod.toMilliseconds(),
    killAfter: killAfter.toMilliseconds(),
  });
  return broken.map(({ property, ...problem }) => ({ path: [property], ...problem }));
}

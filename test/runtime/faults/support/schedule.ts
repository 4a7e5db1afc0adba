/** What happens to a group, and when: all of it follows from a seed. */
import type { TimingMilliseconds } from '../../../../lib/leader/timing-rules';
import { Random } from '../../election/random';
import { between, oneIn, pick } from './draw';
import { type Fault, type StandbyKind, durationOf } from './faults';
import { calmOutage, roughOutage } from './outages';
import { type Victims, faultOf } from './random-faults';

export interface Step {
  /** Milliseconds from the beginning. */
  readonly at: number;
  readonly fault: Fault;
}

/** What is to happen, and what the group needs for it. */
export interface Plan {
  readonly timing: TimingMilliseconds;
  readonly steps: readonly Step[];

  /**
   * For how long after its last renewal a leader may go on by the promises of its peers, in milliseconds. Without it, it
   * does not ask them.
   */
  readonly asksPeersFor?: number;

  /** How many times an application is to begin to lead, on a machine that is fast enough. */
  readonly leads?: number;
}

export interface Schedule extends Plan {
  readonly seed: number;
  readonly members: number;
  readonly routing: 'endpoint-slice' | 'label';
  readonly standby: StandbyKind;

  /** How long the application takes to answer, and after SIGTERM to end. */
  readonly startMs: number;
  readonly stopMs: number | 'never';
}

/** Lease, deadline, retry, kill. */
const TIMINGS = [
  [2000, 1100, 400, 300],
  [2000, 1100, 400, 300],
  [2000, 900, 450, 400],
  [3000, 1800, 600, 500],
  [4000, 2500, 800, 800],
] as const;

export const MOST_MEMBERS = 5;
const LAST_STEP_MS = 7000;

type Planner = (random: Random, victims: Victims) => Plan;

/** Which plans there are, by how often. */
const PLANS: readonly Planner[] = [
  ...Array.from({ length: 11 }, (): Planner => anything),
  ...Array.from({ length: 4 }, (): Planner => roughOutage),
  calmOutage,
];

export function scheduleOf(seed: number): Schedule {
  const random = new Random(seed);
  const members = between(random, 2, MOST_MEMBERS - 1);
  const standby = pick(random, ['cold', 'cold', 'hot'] as const);
  const { steps, ...plan } = pick(random, PLANS)(random, { members, standby });
  return {
    seed,
    members,
    routing: oneIn(random, 3) ? 'label' : 'endpoint-slice',
    standby,
    startMs: pick(random, [0, 0, 100, 600]),
    stopMs: pick(random, [0, 50, 150, 250, 'never']),
    ...plan,
    steps: [...steps].sort((a, b) => a.at - b.at),
  };
}

/** Whether somebody's wall clock is moved. */
export function movesClock({ steps }: Schedule): boolean {
  return steps.some(({ fault }) => fault.kind === 'clock');
}

function anything(random: Random, victims: Victims): Plan {
  const [leaseDuration, renewDeadline, retryPeriod, killAfter] = pick(random, TIMINGS);
  return {
    timing: { leaseDuration, renewDeadline, retryPeriod, killAfter },
    steps: Array.from({ length: between(random, 2, 4) }, () => stepsOf(random, victims)).flat(),
  };
}

/** A fault; while it lasts, often another one: most harm is done by two that meet. */
function stepsOf(random: Random, victims: Victims): readonly Step[] {
  const at = random.below(LAST_STEP_MS);
  const fault = faultOf(random, victims);
  const duration = durationOf(fault);
  if (duration === 0 || oneIn(random, 2)) return [{ at, fault }];
  const during = random.below(Math.min(duration, LAST_STEP_MS));
  return [
    { at, fault },
    { at: at + during, fault: faultOf(random, victims) },
  ];
}

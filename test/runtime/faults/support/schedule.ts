/** What happens to a group, and when: all of it follows from a seed. */
import type { TimingMilliseconds } from '../../../../lib/leader/timing-rules';
import { Random } from '../../election/random';
import { type Effect, type Fault, type LeaseEdit, STATUSES, TARGETS, type Who, durationOf } from './faults';

export interface Step {
  /** Milliseconds from the beginning. */
  readonly at: number;
  readonly fault: Fault;
}

export interface Schedule {
  readonly seed: number;
  readonly members: number;
  readonly routing: 'endpoint-slice' | 'label';
  readonly timing: TimingMilliseconds;

  /** How long the application takes to answer, and after SIGTERM to end. */
  readonly startMs: number;
  readonly stopMs: number | 'never';
  readonly steps: readonly Step[];

  /** Whether a leader asks its peers when the API server is away. */
  readonly asksPeers?: boolean;

  /** How many times an application is to begin to run, on a machine that is fast enough. */
  readonly leads?: number;
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
const LEASE_SECONDS = [1, 2, 3, 4, 6] as const;
const DELAYS_MS = [50, 300, 800, 1500, 3000] as const;

export function scheduleOf(seed: number): Schedule {
  const random = new Random(seed);
  const members = 2 + random.below(MOST_MEMBERS - 1);
  const [leaseDuration, renewDeadline, retryPeriod, killAfter] = pick(random, TIMINGS);
  return {
    seed,
    members,
    routing: random.below(3) === 0 ? 'label' : 'endpoint-slice',
    timing: { leaseDuration, renewDeadline, retryPeriod, killAfter },
    startMs: pick(random, [0, 0, 100, 600]),
    stopMs: pick(random, [0, 50, 150, 250, 'never']),
    steps: Array.from({ length: 2 + random.below(4) }, () => stepsOf(random, members))
      .flat()
      .sort((a, b) => a.at - b.at),
  };
}

/** Whether somebody's wall clock is moved. */
export function movesClock({ steps }: Schedule): boolean {
  return steps.some(({ fault }) => fault.kind === 'clock');
}

/** A fault; while it lasts, often another one: most harm is done by two that meet. */
function stepsOf(random: Random, members: number): readonly Step[] {
  const at = random.below(LAST_STEP_MS);
  const fault = faultOf(random, members);
  const duration = durationOf(fault);
  if (duration === 0 || random.below(2) === 0) return [{ at, fault }];
  return [
    { at, fault },
    { at: at + random.below(Math.min(duration, LAST_STEP_MS)), fault: faultOf(random, members) },
  ];
}

function faultOf(random: Random, members: number): Fault {
  const who = whoOf(random, members);
  const kinds = ['kill', 'stop', 'stop', 'terminate', 'network', 'network', 'network', 'by-hand'] as const;
  switch (pick(random, kinds)) {
    case 'kill':
      return { kind: 'kill', who, target: pick(random, ['elector', 'gate', 'application', 'member']) };
    case 'terminate':
      return pick<Fault>(random, [
        { kind: 'terminate', who, target: pick(random, ['elector', 'gate', 'application', 'member']) },
        { kind: 'release', who },
      ]);
    case 'stop':
      return { kind: 'stop', who, target: pick(random, TARGETS), ms: pauseOf(random) };
    case 'network':
      return {
        kind: 'network',
        who: pick<Who | 'all'>(random, [who, who, 'all']),
        effect: effectOf(random),
        ms: pauseOf(random),
        share: pick(random, [20, 60, 100, 100]),
        onlyWrites: random.below(4) === 0,
      };
    case 'by-hand':
      return byHand(random, members, who);
  }
}

function byHand(random: Random, members: number, who: Who): Fault {
  return pick<() => Fault>(random, [
    () => ({ kind: 'lease', edit: leaseEditOf(random) }),
    () => ({ kind: 'lease', edit: leaseEditOf(random) }),
    () => ({ kind: 'slice', edit: pick(random, ['delete', 'other-member']) }),
    () => ({ kind: 'label', who: random.below(members), value: 'leader' }),
    () => ({ kind: 'label', who: 'leader', value: 'standby' }),
    () => ({ kind: 'clock', who, hours: pick(random, [1, -1]) }),
  ])();
}

function leaseEditOf(random: Random): LeaseEdit {
  const edits = ['delete', 'empty', 'apply', 'stranger', 'other-member'] as const;
  return pick<LeaseEdit>(random, [...edits, { seconds: pick(random, LEASE_SECONDS) }]);
}

function effectOf(random: Random): Effect {
  const ms = pick(random, DELAYS_MS);
  return pick<Effect>(random, [
    { does: 'delay-requests', ms },
    { does: 'delay-requests', ms },
    { does: 'delay-answers', ms },
    { does: 'delay-events', ms },
    { does: 'drop-requests' },
    { does: 'drop-answers' },
    { does: 'half-open' },
    { does: 'cut' },
    { does: 'lose-events' },
    { does: 'answer', status: pick(random, STATUSES) },
  ]);
}

function whoOf(random: Random, members: number): Who {
  return random.below(3) > 0 ? 'leader' : random.below(members);
}

/** Mostly about as long as a lease; at times tens of seconds. */
function pauseOf(random: Random): number {
  return random.below(25) === 0 ? 8000 + random.below(12_000) : 200 + random.below(4000);
}

function pick<T>(random: Random, all: readonly T[]): T {
  const found = all[random.below(all.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}

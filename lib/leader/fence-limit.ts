/**
 * How late the gate's fence may come under a CPU limit. Gate and application share the quota of their container; when busy
 * threads have used it up, both wait for the next period, and then compete for it.
 *
 * Guaranteed by this rule, as far as was measured (docs/measurements.md, docs/decisions/0007-fence-and-cpu-limits.md): the
 * fence comes before the margin of the election is over. Not guaranteed: anything on a node that has no CPU left.
 */
import { type Problem, inProps, unless } from '../kube/problems';
import { nanosOf } from '../kube/quantity';
import type { Resources } from '../workload/container';
import { ElectionTiming } from './election-timing';

/** Between two looks when nothing delays them. */
const TICK_MS = 200;

/**
 * CPU that the container gets, at most, before a look that is due has been taken: half as much again as the most that was
 * measured.
 */
const LOOK_CORE_MS = 1.5 * 500;

/** Problems of resources whose limit could make the fence come after another member may have begun. */
export function fenceLimitProblems({ limits = {} }: Resources, timing: ElectionTiming): Problem[] {
  const { cpu } = limits;
  const nanos = cpu === undefined ? undefined : nanosOf(cpu);
  const margin = marginOf(timing);
  const least = leastMillicores(margin);
  const found = unless(
    // What is no quantity is refused elsewhere.
    nanos === undefined || nanos >= BigInt(least) * 1_000_000n,
    cpu,
    `the gate's fence shares this limit, and could come later than the ${margin / 1000} s that ` +
      `${nameOf(timing)} leaves before another member may lead; it needs at least ${least}m`,
    'leave the CPU limit out, which is best, or raise it, or give the election a longer leaseDuration',
  );
  return inProps({ limits: inProps({ cpu: found }) });
}

/** From when the application must have been killed to when another member may take the Lease, in milliseconds. */
function marginOf({ leaseDuration, renewDeadline, killAfter }: ElectionTiming): number {
  return leaseDuration.toMilliseconds() - renewDeadline.toMilliseconds() - killAfter.toMilliseconds();
}

/** With more, no look is later than the margin. */
function leastMillicores(margin: number): number {
  return Math.ceil((1000 * LOOK_CORE_MS) / (margin - TICK_MS));
}

function nameOf(timing: ElectionTiming): string {
  const profiles = ['fast', 'default', 'patient'] as const;
  const profile = profiles.find((name) => ElectionTiming[name] === timing);
  return profile === undefined ? 'this ElectionTiming' : `ElectionTiming.${profile}`;
}

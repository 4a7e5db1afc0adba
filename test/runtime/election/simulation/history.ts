/** What becomes of a simulated group under a schedule of faults. */
import type { Scheduled } from './faults';
import { type Failing, type Run, World } from './world';

/** Longer than all that may be left of faults, holds and a lease of 20 s. */
export const RECOVERY = 90_000;

/** Begins with so much time without faults. */
export function historyOf(
  count: number,
  seed: number,
  quiet: number,
  faults: readonly Scheduled[],
  failing?: Failing,
): World {
  const world = new World(count, seed, failing);
  world.pass(quiet);
  for (const { after, fault: next } of faults) {
    world.pass(after);
    world.inflict(next);
  }
  world.pass(RECOVERY);
  return world;
}

export function overlaps(runs: readonly Run[]): readonly (readonly Run[])[] {
  return runs.slice(1).flatMap((run, index) => {
    const before = runs.slice(0, index + 1).filter(({ end }) => end > run.start);
    return before.map((earlier) => [earlier, run]);
  });
}

/** What becomes of a simulated group under a schedule of faults. */
import type { Scheduled } from './faults';
import type { Group } from './group';
import { TIMING } from './timing';
import { type Run, World } from './world';

/** Longer than all that may be left of faults, and of leases that follow each other, one of which was edited to 20 s. */
export function recovery({ timings = [TIMING], predecessor }: Group): number {
  const leases = timings.map(({ leaseDuration }) => leaseDuration);
  return 60_000 + 3 * Math.max(...leases, predecessor?.lease.counted ?? 0);
}

/** Begins with so much time without faults. */
export function historyOf(
  count: number,
  seed: number,
  quiet: number,
  faults: readonly Scheduled[],
  group: Group = {},
): World {
  const world = new World(count, seed, group);
  world.pass(quiet);
  for (const { after, fault: next } of faults) {
    world.pass(after);
    world.inflict(next);
  }
  world.pass(recovery(group));
  return world;
}

export function overlaps(runs: readonly Run[]): readonly (readonly Run[])[] {
  return runs.slice(1).flatMap((run, index) => {
    const before = runs.slice(0, index + 1).filter(({ end }) => end > run.start);
    return before.map((earlier) => [earlier, run]);
  });
}

/** Never two applications at once, tokens that grow, and a leader in the end. */
export function expectGuarantees({ runs }: World): void {
  expect(overlaps(runs)).toEqual([]);
  const terms = runs.map(({ term }) => term);
  expect(terms).toEqual([...new Set(terms)].sort((a, b) => a - b));
  expect(runs.at(-1)?.end).toBe(Infinity);
}

/** The same, of hot standbys whose first leader is just there. */
export async function hotHistoryOf(
  count: number,
  seed: number,
  faults: readonly Scheduled[],
): Promise<World> {
  const world = new World(count, seed, { isHot: true });
  await world.passing(TIMING.leaseDuration);
  for (const { after, fault } of faults) {
    await world.passing(after);
    world.inflict(fault);
  }
  await world.passing(recovery({}));
  return world;
}

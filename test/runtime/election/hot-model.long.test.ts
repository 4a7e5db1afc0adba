/** Hot standbys: who is promoted and demoted when, as long as hooks obey; and what is left when they do not. */
import fc from 'fast-check';
import { hotHistoryOf, overlaps } from './simulation/history';
import {
  checkFault,
  edit,
  endOfProcess,
  handOver,
  hookFault,
  processFault,
  removal,
  requestFault,
  scheduleOf,
  watchFault,
} from './simulation/schedules';
import type { World } from './simulation/world';

const RUNS = Number(process.env['RUNS'] ?? 50);

/** That of the newest lead, and no other. */
function expectOneInTheEnd({ runs }: World): void {
  const newest = Math.max(...runs.map(({ term }) => term));
  expect(runs.filter(({ end }) => end === Infinity)).toEqual([expect.objectContaining({ term: newest })]);
}

it('never has two promoted at once while electors live and hooks obey', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.nat(),
      scheduleOf(handOver, handOver, checkFault, requestFault, watchFault, removal, edit),
      async (count, seed, faults) => {
        const world = await hotHistoryOf(count, seed, faults);

        expect(overlaps(world.runs)).toEqual([]);
        const terms = world.runs.map(({ term }) => term);
        expect(terms).toEqual([...terms].sort((a, b) => a - b));
        expectOneInTheEnd(world);
      },
    ),
    { numRuns: RUNS },
  );
});

it('promotes nobody before the last leader was demoted or its deadline has passed, whoever obeys or lives', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 4 }),
      fc.nat(),
      scheduleOf(hookFault, hookFault, handOver, handOver, endOfProcess, requestFault),
      async (count, seed, faults) => {
        const world = await hotHistoryOf(count, seed, faults);

        expect(world.tooEarly).toEqual([]);
      },
    ),
    { numRuns: RUNS },
  );
});

it('has one promoted in the end, whatever has happened', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.nat(),
      scheduleOf(hookFault, checkFault, processFault, requestFault),
      async (count, seed, faults) => {
        expectOneInTheEnd(await hotHistoryOf(count, seed, faults));
      },
    ),
    { numRuns: RUNS },
  );
});

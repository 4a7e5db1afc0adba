/** Gates whose /proc/uptime is not their elector's: what misreads its deadline never runs. */
import fc from 'fast-check';
import { expectGuarantees, historyOf, overlaps } from './simulation/history';
import { processFault, requestFault, scheduleOf, watchFault } from './simulation/schedules';

const RUNS = Number(process.env['RUNS'] ?? 100);

const clock = fc.oneof(
  fc.constant(0),
  fc.integer({ min: -1500, max: 1500 }),
  fc.integer({ min: -3_600_000, max: 3_600_000 }),
);

it('never runs two applications at once, whatever the clocks of their gates show', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.nat(),
      fc.array(clock, { minLength: 4, maxLength: 4 }),
      scheduleOf(processFault, requestFault, requestFault, watchFault),
      (count, seed, clocks, faults) => {
        const { runs } = historyOf(count, seed, 12_000, faults, { clocks });

        expect(overlaps(runs)).toEqual([]);
      },
    ),
    { numRuns: RUNS },
  );
});

it('leads with members whose clocks agree, and with no other', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: 2000, max: 3_600_000 }),
      fc.boolean(),
      scheduleOf(processFault, requestFault, watchFault),
      (seed, apart, isAhead, faults) => {
        const clocks = [isAhead ? apart : -apart, 0];
        const world = historyOf(2, seed, 0, faults, { clocks });

        expectGuarantees(world);
        expect(new Set(world.runs.map(({ member }) => member))).toEqual(new Set([1]));
      },
    ),
    { numRuns: RUNS },
  );
});

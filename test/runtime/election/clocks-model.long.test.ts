/** Gates whose /proc/uptime is not their elector's: what misreads its deadline never runs. */
import fc from 'fast-check';
import { expectGuarantees, historyOf, overlaps } from './simulation/history';
import { pause, processFault, requestFault, scheduleOf, watchFault } from './simulation/schedules';
import { FAST } from './simulation/timing';

const RUNS = Number(process.env['RUNS'] ?? 70);

const clock = fc.oneof(
  fc.integer({ min: -1200, max: 1200 }),
  fc.integer({ min: -3_600_000, max: 3_600_000 }),
);

it('never runs two applications at once, whatever the clocks of their gates show', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 4 }),
      fc.nat(),
      fc.array(clock, { minLength: 4, maxLength: 4 }),
      scheduleOf(pause, pause, processFault, requestFault),
      (count, seed, clocks, faults) => {
        const { runs } = historyOf(count, seed, FAST.leaseDuration, faults, { clocks, timings: [FAST] });

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
      fc.oneof(fc.integer({ min: -3_600_000, max: -150 }), fc.integer({ min: 1100, max: 3_600_000 })),
      scheduleOf(processFault, requestFault, watchFault),
      (seed, apart, faults) => {
        const world = historyOf(2, seed, 0, faults, { clocks: [apart, 0] });

        expectGuarantees(world);
        expect(new Set(world.runs.map(({ member }) => member))).toEqual(new Set([1]));
      },
    ),
    { numRuns: RUNS },
  );
});

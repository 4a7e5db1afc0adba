/** Connections to the API server that die without a word: no lead is lost by them. */
import fc from 'fast-check';
import type { Scheduled } from './simulation/faults';
import { expectGuarantees, historyOf } from './simulation/history';
import { silence } from './simulation/schedules';
import { TIMINGS } from './simulation/timing';

const RUNS = Number(process.env['RUNS'] ?? 50);

/** Longer than it takes to have the next renewal answered, with the slowest of the times. */
const APART = 12_000;

const silences: fc.Arbitrary<readonly Scheduled[]> = fc.array(
  fc.record({ after: fc.integer({ min: APART, max: APART + 9000 }), fault: silence }),
  { minLength: 1, maxLength: 12 },
);

it('goes on with its lead when connections die without a word', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.nat(),
      fc.constantFrom(...TIMINGS),
      silences,
      (count, seed, timing, faults) => {
        const world = historyOf(count, seed, timing.leaseDuration + 5000, faults, { timings: [timing] });

        expectGuarantees(world);
        expect(world.runs).toHaveLength(1);
      },
    ),
    { numRuns: RUNS },
  );
});

/** Members of different times in one group, as a roll-out mixes them: the guarantees do not depend on whose times they are. */
import fc from 'fast-check';
import { expectGuarantees, historyOf } from './simulation/history';
import {
  edit,
  processFault,
  replacement,
  requestFault,
  scheduleOf,
  watchFault,
} from './simulation/schedules';
import { TIMINGS } from './simulation/timing';

const RUNS = Number(process.env['RUNS'] ?? 70);

it('keeps its guarantees while members are replaced by ones with other times', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.nat(),
      fc.array(fc.constantFrom(...TIMINGS), { minLength: 1, maxLength: 4 }),
      scheduleOf(replacement, replacement, processFault, requestFault, requestFault, watchFault, edit),
      (count, seed, timings, faults) => {
        expectGuarantees(historyOf(count, seed, 20_000, faults, { timings }));
      },
    ),
    { numRuns: RUNS },
  );
});

/** A group that finds a Lease: whoever holds it, and whatever it says, is waited for. */
import fc from 'fast-check';
import type { Predecessor } from './simulation/group';
import { expectGuarantees, historyOf } from './simulation/history';
import {
  edit,
  handOver,
  pause,
  processFault,
  removal,
  requestFault,
  restoration,
  scheduleOf,
  watchFault,
} from './simulation/schedules';
import { FAST, TIMING } from './simulation/timing';

const RUNS = Number(process.env['RUNS'] ?? 70);

const duration = fc.integer({ min: 1, max: 30 }).map((seconds) => 1000 * seconds);

/** Of this runtime, or of a program that knows nothing of its annotations. */
const stated = fc.option(fc.record({ counted: duration, configured: duration }), { nil: {} });

const predecessor: fc.Arbitrary<Predecessor> = fc.record({
  lease: fc
    .record({
      holder: fc.constantFrom('other-program', 'pod-9_uid', 'pod-0_uid-0', 'pod-1_uid-0', ''),
      acquired: fc.constantFrom('2026-01-01T00:00:00.000000Z', ''),
      renewed: fc.constantFrom('2026-01-01T00:00:05.000000Z', ''),
      duration,
      transitions: fc.constantFrom(0, 7, 2 ** 31 - 1),
      isReleased: fc.boolean(),
      stated,
    })
    .map(({ stated: said, isReleased, ...lease }) => ({
      ...lease,
      ...said,
      released: isReleased && lease.holder === '' && lease.acquired === '',
    })),
  renews: fc.nat({ max: 40_000 }),
});

it('waits for whoever holds the Lease that it finds, and leads then', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.nat(),
      predecessor,
      scheduleOf(processFault, requestFault, watchFault),
      (count, seed, found, faults) => {
        expectGuarantees(historyOf(count, seed, 0, faults, { predecessor: found }));
      },
    ),
    { numRuns: RUNS },
  );
});

it('waits for the leader that it knows when a backup brings an older Lease back', () => {
  const others = fc.oneof(pause, requestFault, watchFault, removal, edit);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.nat(),
      fc.constantFrom([TIMING], [FAST, TIMING]),
      scheduleOf(restoration, handOver, handOver, others),
      (count, seed, timings, faults) => {
        expectGuarantees(historyOf(count, seed, 11_000, faults, { timings }));
      },
    ),
    { numRuns: RUNS },
  );
});

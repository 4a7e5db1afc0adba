/** The guarantees of the election, under faults at random: never two applications at once, growing tokens, a leader in time. */
import fc from 'fast-check';
import type { Scheduled } from './simulation/faults';
import { expectGuarantees, historyOf, overlaps, recovery } from './simulation/history';
import { edit, processFault, removal, requestFault, scheduleOf, watchFault } from './simulation/schedules';
import { TIMING } from './simulation/timing';
import { World } from './simulation/world';

const RUNS = Number(process.env['RUNS'] ?? 300);

it('keeps its guarantees whatever happens', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.nat(),
      fc.nat({ max: 3000 }),
      scheduleOf(processFault, requestFault, watchFault, removal, edit),
      (count, seed, quiet, faults) => expectGuarantees(historyOf(count, seed, quiet, faults)),
    ),
    { numRuns: RUNS },
  );
});

it('has a leader one lease after a group is new', () => {
  const world = new World(3, 1);

  world.pass(TIMING.leaseDuration);
  expect(world.runs).toHaveLength(0);

  world.pass(1000);
  expect(world.runs).toHaveLength(1);
});

it('never takes two members for one that asked in the same moment, whatever holder an edit names', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat({ max: 4 }), fc.integer({ min: 0, max: 12_000 }), (seed, given, after) => {
      const faults: readonly Scheduled[] = [
        { after: 60, fault: { kind: 'lose-requests', member: undefined, for: 10_004 } },
        { after: after + 5000, fault: { kind: 'give-to', member: given, for: 10 } },
      ];

      expect(overlaps(historyOf(3, seed, 0, faults).runs)).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

it('starts no two applications when the Lease is deleted before clients were ever led', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.nat({ max: 500 }),
      fc.option(fc.constantFrom('pause-elector' as const, 'kill-elector' as const), { nil: undefined }),
      (seed, after, cut) => {
        const world = new World(3, seed);
        world.pass(TIMING.leaseDuration);
        for (let waited = 0; world.runs.length === 0 && waited < 2000; waited += 10) world.pass(10);
        const leader = world.runs.at(-1)?.member ?? 0;
        world.pass(after);
        if (cut) world.inflict({ kind: cut, member: leader, for: 6000 });
        world.inflict({ kind: 'lose-requests', member: leader, for: 20_000 });
        world.inflict({ kind: 'delete-lease', for: 10 });
        world.pass(recovery({}));

        expect(world.runs.length).toBeGreaterThan(0);
        expect(overlaps(world.runs)).toEqual([]);
      },
    ),
    { numRuns: 150 },
  );
});

/** The guarantees of the election, under faults at random: never two applications at once, growing tokens, a leader in time. */
import fc from 'fast-check';
import type { Fault, Scheduled } from './simulation/faults';
import { RECOVERY, historyOf, overlaps } from './simulation/history';
import { TIMING } from './simulation/timing';
import { World } from './simulation/world';

const member = fc.nat({ max: 4 });
const span = fc.integer({ min: 10, max: 25_000 });
const kindsOf = <K extends Fault['kind']>(...kinds: readonly K[]) => fc.constantFrom(...kinds);

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({
    kind: kindsOf(
      'pause-elector',
      'kill-elector',
      'end-elector',
      'kill-container',
      'exit',
      'give-up',
      'hang-start',
    ),
    member,
    for: span,
  }),
  fc.record({
    kind: kindsOf('lose-requests', 'lose-answers', 'delay'),
    member: fc.option(member, { nil: undefined }),
    for: span,
  }),
  fc.record({ kind: kindsOf('delete-lease', 'empty-lease', 'stop-watches'), for: span }),
  fc.record({ kind: kindsOf('give-to'), member, for: span }),
  fc.record({ kind: kindsOf('edit-duration'), seconds: fc.integer({ min: 1, max: 20 }), for: span }),
);

const schedule: fc.Arbitrary<readonly Scheduled[]> = fc.array(
  fc.record({ after: fc.integer({ min: 0, max: 9000 }), fault }),
  { maxLength: 12 },
);

it('keeps its guarantees whatever happens', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.nat(),
      fc.nat({ max: 3000 }),
      schedule,
      (count, seed, quiet, faults) => {
        const { runs } = historyOf(count, seed, quiet, faults);

        expect(overlaps(runs)).toEqual([]);
        const terms = runs.map(({ term }) => term);
        expect(terms).toEqual([...new Set(terms)].sort((a, b) => a - b));
        expect(runs.at(-1)?.end).toBe(Infinity);
      },
    ),
    { numRuns: Number(process.env['RUNS'] ?? 500) },
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
    fc.property(fc.nat(), member, fc.integer({ min: 0, max: 12_000 }), (seed, given, after) => {
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
        world.pass(RECOVERY);

        expect(world.runs.length).toBeGreaterThan(0);
        expect(overlaps(world.runs)).toEqual([]);
      },
    ),
    { numRuns: 150 },
  );
});

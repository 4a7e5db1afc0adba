/** Leaders that outlast the API server by promises: never two applications at once, whoever is cut off from whom. */
import fc from 'fast-check';
import type { Fault, Scheduled } from './simulation/faults';
import type { Group } from './simulation/group';
import { expectGuarantees, historyOf, overlaps } from './simulation/history';
import { edit, failsafeEdit, parting, processFault, removal, scheduleOf } from './simulation/schedules';
import { TIMING } from './simulation/timing';
import { World } from './simulation/world';

const LONGEST = 60_000;
const RUNS = Number(process.env['RUNS'] ?? 120);

const member = fc.nat({ max: 3 });
const span = fc.integer({ min: 10, max: 40_000 });
const kindsOf = <K extends Fault['kind']>(...kinds: readonly K[]) => fc.constantFrom(...kinds);

const outage: fc.Arbitrary<Fault> = fc.record({
  kind: kindsOf('lose-requests', 'lose-requests', 'lose-answers', 'delay'),
  member: fc.option(member, { nil: undefined }),
  for: span,
});
/** Two run at once in some history of these. */
function finds(group: Group, schedule: fc.Arbitrary<readonly Scheduled[]>, seed?: number): boolean {
  const property = fc.property(
    fc.integer({ min: 2, max: 4 }),
    fc.nat(),
    schedule,
    (count, random, faults) => {
      const { runs } = historyOf(count, random, TIMING.leaseDuration + 1000, faults, group);
      return overlaps(runs).length === 0;
    },
  );
  return fc.check(property, {
    numRuns: seed === undefined ? RUNS : 2000,
    endOnFailure: true,
    ...(seed !== undefined && { seed }),
  }).failed;
}

it('keeps its guarantees whatever happens', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.nat(),
      fc.boolean(),
      scheduleOf(outage, outage, parting, processFault, removal, edit),
      (count, seed, credulous, faults) => {
        const group = { longest: LONGEST, credulous };
        expectGuarantees(historyOf(count, seed, TIMING.leaseDuration, faults, group));
      },
    ),
    { numRuns: RUNS },
  );
});

it('keeps them while members are added that the leader does not know of', () => {
  expect(finds({ longest: 20_000, added: 1 }, scheduleOf(outage, outage, parting, processFault))).toBe(false);
});

it('keeps them when what the Lease says of whom the leader asks is taken away, for whoever has seen it', () => {
  // They do not hear of the edit either.
  const kinds = ['lose-requests', 'lose-answers'] as const;
  const isEdited = fc.record({ after: fc.nat({ max: 12_000 }), fault: failsafeEdit });
  const property = fc.property(fc.nat(), isEdited, (seed, edited) => {
    const cut = [0, 1, 2].flatMap((who) =>
      kinds.map((kind) => ({ after: 0, fault: { kind, member: who, for: 40_000 } })),
    );
    const faults = [...cut, edited];
    const world = historyOf(4, seed, 15_000, faults, { longest: 30_000, added: 1 });

    expect(overlaps(world.runs)).toEqual([]);
  });
  fc.assert(property, { numRuns: RUNS });
});

describe('the simulation would find two applications at once', () => {
  it.each(['all-but-one', 'from-answer', 'forgetful'] as const)('if members were %s', (mutant) => {
    expect(finds({ longest: LONGEST, mutant }, scheduleOf(outage, outage, parting), 1)).toBe(true);
  });
});

describe('in an outage of 30 s', () => {
  /** A group whose leader has renewed its Lease once, and the API server away for all. */
  function outageOf(group: Group): World {
    const world = new World(3, 1, group);
    world.pass(TIMING.leaseDuration + TIMING.retryPeriod + 1000);
    world.inflict({ kind: 'lose-requests', for: 30_000 });
    return world;
  }

  it('the leader goes on, and keeps its lead afterwards', () => {
    const world = outageOf({ longest: LONGEST });
    world.pass(60_000);

    expect(world.runs).toEqual([expect.objectContaining({ end: Infinity })]);
  });

  it('a leader without promises stops', () => {
    const world = outageOf({});
    world.pass(TIMING.renewDeadline + TIMING.killAfter + 500);

    expect(world.runs).toEqual([expect.objectContaining({ end: expect.any(Number) as number })]);
    expect(world.runs[0]?.end).toBeLessThan(world.now);
  });

  it('the leader stops when one other is not reached', () => {
    const world = outageOf({ longest: LONGEST });
    const leader = world.runs[0]?.member ?? 0;
    world.inflict({ kind: 'part', members: [leader, (leader + 1) % 3], for: 30_000 });
    world.pass(TIMING.renewDeadline + TIMING.killAfter + 500);

    expect(world.runs[0]?.end).toBeLessThan(world.now);
  });

  it('the leader stops after the longest time', () => {
    const world = outageOf({ longest: 20_000 });
    world.pass(18_000);
    expect(world.runs[0]?.end).toBe(Infinity);

    world.pass(4500);
    expect(world.runs[0]?.end).toBeLessThan(world.now);
  });

  it('another takes over from a leader that alone is cut off, as without promises', () => {
    const world = new World(3, 1, { longest: LONGEST });
    world.pass(TIMING.leaseDuration + 1000);
    world.inflict({ kind: 'lose-requests', member: world.runs[0]?.member ?? 0, for: 60_000 });
    world.pass(TIMING.leaseDuration + 3000);

    expect(world.runs).toHaveLength(2);
    expect(overlaps(world.runs)).toEqual([]);
  });
});

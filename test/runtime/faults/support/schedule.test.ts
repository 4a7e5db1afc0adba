/** Schedules follow from their seed, are allowed, and are not all of one kind. */
import * as fc from 'fast-check';
import { brokenRelations } from '../../../../lib/leader/timing-rules';
import type { Fault, StandbyKind } from './faults';
import { type Schedule, scheduleOf } from './schedule';

const seeds = fc.integer({ min: 0, max: 2 ** 31 });

/** Those of one run. */
const SCHEDULES = Array.from({ length: 600 }, (_, seed) => scheduleOf(seed));

test('the same seed gives the same schedule', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      expect(scheduleOf(seed)).toEqual(scheduleOf(seed));
    }),
  );
});

test('a schedule has a group of 2 to 5, times that are allowed, and steps in order', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { members, timing, steps } = scheduleOf(seed);
      expect(members).toBeGreaterThanOrEqual(2);
      expect(members).toBeLessThanOrEqual(5);
      expect(brokenRelations(timing)).toEqual([]);
      expect(steps.length).toBeGreaterThan(0);
      expect(steps.map(({ at }) => at)).toEqual(steps.map(({ at }) => at).sort((a, b) => a - b));
    }),
  );
});

test('a leader goes on by promises for whole seconds, and not for less than a lease', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { asksPeersFor, timing } = scheduleOf(seed);
      if (asksPeersFor === undefined) return;
      expect(asksPeersFor).toBeGreaterThanOrEqual(timing.leaseDuration);
      expect(asksPeersFor % 1000).toBe(0);
    }),
  );
});

/** What somebody would look for in the list. */
function nameOf(fault: Fault): string {
  if ('target' in fault) return `${fault.kind} ${fault.target}`;
  if ('ask' in fault) return `${fault.ask} ${fault.how === 'refuses' ? 'refuses' : 'late'}`;
  if (fault.kind === 'network')
    return 'status' in fault.effect ? `answer ${fault.effect.status}` : fault.effect.does;
  if ('edit' in fault) return `${fault.kind} ${typeof fault.edit === 'string' ? fault.edit : 'seconds'}`;
  return fault.kind;
}

function faultsOf(schedules: readonly Schedule[]): readonly string[] {
  return [...new Set(schedules.flatMap(({ steps }) => steps.map(({ fault }) => nameOf(fault))))].sort();
}

const ANYWHERE = [
  ...['delay-requests', 'delay-answers', 'delay-events', 'drop-requests', 'drop-answers'],
  ...['half-open', 'cut', 'lose-events', 'answer 409', 'answer 429', 'answer 500', 'answer 503'],
  ...['delete', 'empty', 'clear', 'apply', 'failsafe', 'stranger', 'other-member', 'seconds'].map(
    (edit) => `lease ${edit}`,
  ),
  ...['slice delete', 'slice other-member', 'label', 'clock', 'release'],
];

function on(...targets: readonly string[]): readonly string[] {
  return targets.flatMap((target) => [`kill ${target}`, `stop ${target}`, `terminate ${target}`]);
}

test.each<[StandbyKind, readonly string[]]>([
  ['cold', [...ANYWHERE, ...on('elector', 'gate', 'application', 'member'), 'stop gate-main']],
  [
    'hot',
    [
      ...ANYWHERE,
      ...on('elector', 'application', 'member'),
      ...['check', 'promote', 'demote'].flatMap((ask) => [`${ask} refuses`, `${ask} late`]),
    ],
  ],
])('a run of groups with %s standbys has every kind of fault', (standby, expected) => {
  const withoutPeers = SCHEDULES.filter((one) => one.standby === standby && one.asksPeersFor === undefined);
  expect(faultsOf(withoutPeers)).toEqual([...expected].sort());
});

test('a run has groups of both kinds of routing, and of both kinds of standbys whose leaders ask their peers', () => {
  expect(new Set(SCHEDULES.map(({ routing }) => routing))).toEqual(new Set(['endpoint-slice', 'label']));
  const asking = SCHEDULES.filter(({ asksPeersFor }) => asksPeersFor !== undefined);
  expect(new Set(asking.map(({ standby }) => standby))).toEqual(new Set(['cold', 'hot']));
  expect(asking.length).toBeGreaterThan(SCHEDULES.length / 5);
});

describe('an outage', () => {
  const asking = SCHEDULES.filter(({ asksPeersFor }) => asksPeersFor !== undefined);
  const calm = asking.filter(({ leads }) => leads !== undefined);

  test('has every kind of fault that means something to members that ask each other', () => {
    expect(faultsOf(asking)).toEqual(
      expect.arrayContaining(['part', 'kill elector', 'stop elector', 'stop member', 'lease delete', 'cut']),
    );
  });

  test('is for all, for all but one, for the leader alone, or for one after the other', () => {
    const whom = asking.flatMap(({ steps }) =>
      steps.flatMap(({ fault }) => (fault.kind === 'network' ? [String(fault.who)] : [])),
    );
    expect(new Set(whom)).toEqual(new Set(['all', 'all-but-other', 'leader', '0', '1', '2', '3', '4']));
  });

  test('without anything else says how often leads begin: once if all promise', () => {
    const expected = new Set(
      calm.map(({ steps, leads }) =>
        JSON.stringify([steps.map(({ fault }) => fault.kind), whoOf(steps), leads]),
      ),
    );
    expect([...expected].sort()).toEqual(
      [
        [['network'], ['all'], 1],
        [['network'], ['leader'], 2],
        [['network'], ['all-but-other'], 2],
        [['part', 'network'], ['leader', 'all-but-other'], 2],
      ]
        .map((one) => JSON.stringify(one))
        .sort(),
    );
  });

  test('whose leads are counted is longer than a lease, and begins when the Lease was renewed', () => {
    for (const { steps, timing } of calm) {
      for (const { at, fault } of steps) {
        expect(at).toBeGreaterThan(timing.retryPeriod);
        expect('ms' in fault ? fault.ms : 0).toBeGreaterThan(timing.leaseDuration);
      }
    }
  });
});

function whoOf(steps: Schedule['steps']): readonly unknown[] {
  return steps.map(({ fault }) => ('who' in fault ? fault.who : undefined));
}

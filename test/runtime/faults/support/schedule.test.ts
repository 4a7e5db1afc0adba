/** Schedules follow from their seed, are allowed, and are not all of one kind. */
import * as fc from 'fast-check';
import { timingProblems } from '../../../../lib/leader/timing-rules';
import { scheduleOf } from './schedule';

const seeds = fc.integer({ min: 0, max: 2 ** 31 });

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
      expect(timingProblems(timing)).toEqual([]);
      expect(steps.length).toBeGreaterThan(1);
      expect(steps.map(({ at }) => at)).toEqual(steps.map(({ at }) => at).sort((a, b) => a - b));
    }),
  );
});

test('the schedules of a run of 300 have every kind of fault', () => {
  const schedules = Array.from({ length: 300 }, (_, seed) => scheduleOf(seed));
  const faults = schedules.flatMap(({ steps }) => steps.map(({ fault }) => fault));
  const kinds = new Set(
    faults.map((fault) => {
      if ('target' in fault) return `${fault.kind} ${fault.target}`;
      if (fault.kind === 'network')
        return 'status' in fault.effect ? `answer ${fault.effect.status}` : fault.effect.does;
      if ('edit' in fault) return `${fault.kind} ${typeof fault.edit === 'string' ? fault.edit : 'seconds'}`;
      return fault.kind;
    }),
  );
  const targets = ['elector', 'gate', 'application', 'member'];
  expect([...kinds].sort()).toEqual(
    [
      ...targets.flatMap((target) => [`kill ${target}`, `stop ${target}`, `terminate ${target}`]),
      'stop gate-main',
      ...['delay-requests', 'delay-answers', 'delay-events', 'drop-requests', 'drop-answers'],
      ...['half-open', 'cut', 'lose-events', 'answer 409', 'answer 429', 'answer 500', 'answer 503'],
      ...['delete', 'empty', 'apply', 'stranger', 'other-member', 'seconds'].map((edit) => `lease ${edit}`),
      ...['slice delete', 'slice other-member', 'label', 'clock', 'release'],
    ].sort(),
  );
  expect(new Set(schedules.map(({ routing }) => routing))).toEqual(new Set(['endpoint-slice', 'label']));
});

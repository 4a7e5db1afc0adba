/** Times for an edited Lease are safe, by rules written here again. */
import fc from 'fast-check';
import type { TimingMilliseconds } from '../../../lib/leader/timing-rules';
import { timingFor } from '../../../runtime/election/timing';

/** Of a command line that was accepted. */
const configured: fc.Arbitrary<TimingMilliseconds> = fc
  .record({
    retryPeriod: fc.integer({ min: 100, max: 20_000 }),
    renewals: fc.double({ min: 2, max: 10, noNaN: true }),
    killAfter: fc.integer({ min: 10, max: 20_000 }),
    slack: fc.integer({ min: 0, max: 10_000 }),
  })
  .map(({ retryPeriod, renewals, killAfter, slack }) => {
    const renewDeadline = Math.ceil(retryPeriod * renewals);
    const leaseDuration = 1000 * Math.ceil((renewDeadline + killAfter + 500 + slack) / 1000);
    return { leaseDuration, renewDeadline, retryPeriod, killAfter };
  });

const edit = fc.integer({ min: -10, max: 200_000 }).map((tenths) => tenths * 100);

it('whatever it returns stops the former leader before the next, and survives one failed renewal', () => {
  fc.assert(
    fc.property(configured, edit, (before, leaseDuration) => {
      const after = timingFor(before, leaseDuration);
      if (after === undefined) return;

      // The last process is gone a tick of the gate and a pause after the SIGKILL.
      expect(after.renewDeadline + after.killAfter + 500).toBeLessThanOrEqual(after.leaseDuration);
      expect(2 * after.retryPeriod).toBeLessThanOrEqual(after.renewDeadline);
      expect(after.retryPeriod).toBeGreaterThanOrEqual(100);
      expect(after.leaseDuration).toBe(Math.min(leaseDuration, before.leaseDuration));
      expect(after.leaseDuration % 1000).toBe(0);
      expect(after.killAfter).toBe(before.killAfter);
    }),
  );
});

it('leaves configured times as they are for a Lease that is as long, or longer', () => {
  fc.assert(
    fc.property(configured, fc.nat({ max: 3_600_000 }), (before, more) => {
      expect(timingFor(before, before.leaseDuration + more)).toEqual(before);
    }),
  );
});

describe('of the default times', () => {
  const DEFAULT = { leaseDuration: 10_000, renewDeadline: 7000, retryPeriod: 2500, killAfter: 2000 };

  it.each([
    [9000, { renewDeadline: 6000, retryPeriod: 2142 }],
    [4000, { renewDeadline: 1000, retryPeriod: 357 }],
  ])('a Lease of %i ms leaves these', (leaseDuration, expected) => {
    expect(timingFor(DEFAULT, leaseDuration)).toEqual({ leaseDuration, killAfter: 2000, ...expected });
  });

  it.each([3000, 0, -10_000, 9500])('a Lease of %d ms leaves none', (leaseDuration) => {
    expect(timingFor(DEFAULT, leaseDuration)).toBeUndefined();
  });
});

it.each([
  [725, 100],
  [724, undefined],
])('a retry period of %i ms, scaled down to a bit over an eighth, becomes %p', (retryPeriod, expected) => {
  const quick = { leaseDuration: 12_000, renewDeadline: 9280, retryPeriod, killAfter: 1000 };

  expect(timingFor(quick, 4000)?.retryPeriod).toBe(expected);
});

/** The relations of an election's times: what is accepted keeps two leaders apart, and all else is refused. */
import { Duration } from 'cdk8s';
import fc from 'fast-check';
import { ElectionTiming, type ElectionTimingProps } from '../../lib';
import { SAFETY_MARGIN_MS } from '../../lib/leader/timing-rules';
import { expectProblem, expectProblemAlone, isAccepted, refusalOf } from '../support/problems';

interface Milliseconds {
  readonly lease: number;
  readonly deadline: number;
  readonly retry: number;
  readonly kill: number;
}

const GOOD: Milliseconds = { lease: 10_000, deadline: 7000, retry: 2500, kill: 2000 };

function propsOf({ lease, deadline, retry, kill }: Milliseconds): ElectionTimingProps {
  return {
    leaseDuration: Duration.millis(lease),
    renewDeadline: Duration.millis(deadline),
    retryPeriod: Duration.millis(retry),
    killAfter: Duration.millis(kill),
  };
}

function millisecondsOf(timing: ElectionTimingProps): Milliseconds {
  return {
    lease: timing.leaseDuration.toMilliseconds(),
    deadline: timing.renewDeadline.toMilliseconds(),
    retry: timing.retryPeriod.toMilliseconds(),
    kill: timing.killAfter.toMilliseconds(),
  };
}

function attempt(changes: Partial<Milliseconds>): () => ElectionTiming {
  return () => ElectionTiming.of(propsOf({ ...GOOD, ...changes }));
}

/** Written down once more, from the contract between elector and gate and not from the code. */
function isSafe({ lease, deadline, retry, kill }: Milliseconds): boolean {
  return (
    lease >= 1000 &&
    lease % 1000 === 0 &&
    lease <= 86_400_000 &&
    retry > 0 &&
    kill > 0 &&
    2 * retry <= deadline &&
    deadline + kill + 500 <= lease
  );
}

it('leaves half a second for pauses and clocks', () => {
  expect(SAFETY_MARGIN_MS).toBe(500);
});

it.each([
  ['fast', ElectionTiming.fast, { lease: 4000, deadline: 2500, retry: 800, kill: 1000 }],
  ['default', ElectionTiming.default, { lease: 10_000, deadline: 7000, retry: 2500, kill: 2000 }],
  ['patient', ElectionTiming.patient, { lease: 60_000, deadline: 45_000, retry: 10_000, kill: 10_000 }],
])('the %s timing is safe', (_, timing, milliseconds) => {
  expect(millisecondsOf(timing)).toEqual(milliseconds);
  expect(isSafe(milliseconds)).toBe(true);
});

it.each<[string, Partial<Milliseconds>]>([
  ['a deadline of exactly two periods', { retry: 3500 }],
  ['a lease without any room beyond the margin', { deadline: 7500 }],
  ['the longest lease', { lease: 86_400_000 }],
  ['the shortest lease', { lease: 1000, deadline: 400, retry: 200, kill: 100 }],
])('accepts %s', (_, changes) => {
  expect(millisecondsOf(attempt(changes)())).toEqual({ ...GOOD, ...changes });
});

it.each<[string, Partial<Milliseconds>, string, RegExp, RegExp]>([
  ['parts of seconds of a lease', { lease: 10_500 }, 'leaseDuration', /counts whole seconds/, /use 11 s/],
  ['more than a day', { lease: 86_401_000 }, 'leaseDuration', /at most 86400 s/, /use 86400 s/],
  ['no retry period', { retry: 0 }, 'retryPeriod', /renewals take time/, /2\.5 s/],
  ['no time to stop', { kill: 0 }, 'killAfter', /SIGTERM needs time/, /2 s/],
  [
    'a deadline that one failed renewal reaches',
    { retry: 3501 },
    'renewDeadline',
    /at least twice retryPeriod, 7\.002 s/,
    /raise renewDeadline or lower/,
  ],
  [
    'a deadline after the lease',
    { deadline: 11_000 },
    'leaseDuration',
    /renewDeadline \+ killAfter \+ 0\.5 s, 13\.5 s/,
    /raise leaseDuration/,
  ],
  [
    'a deadline that leaves no margin',
    { deadline: 7501 },
    'leaseDuration',
    /must have stopped first.* 10\.001 s/,
    /lower renewDeadline or killAfter/,
  ],
  [
    'a kill that comes after the lease',
    { kill: 2501 },
    'leaseDuration',
    /must have stopped first.* 10\.001 s/,
    /lower renewDeadline or killAfter/,
  ],
])('refuses %s', (_, changes, property, rule, remedy) => {
  expectProblemAlone(attempt(changes), { property, rule, remedy });
});

it('refuses a lease of no time', () => {
  expectProblem(attempt({ lease: 0 }), {
    property: 'leaseDuration',
    rule: /at least 1$/,
    remedy: /use 1 s/,
  });
});

it('names the factory and all that is wrong at once', () => {
  const error = refusalOf(attempt({ lease: 1500, deadline: 1000, retry: 900, kill: 0 }));

  expect(error.subject).toBe('ElectionTiming');
  expect(error.problems.map(({ property }) => property)).toEqual([
    'leaseDuration',
    'killAfter',
    'renewDeadline',
  ]);
});

describe('for any times', () => {
  const near = (most: number) => fc.integer({ min: 0, max: most });
  const times = fc.oneof(
    fc.record({ lease: near(20_000), deadline: near(12_000), retry: near(6000), kill: near(5000) }),
    // Most of these are safe or just not.
    fc
      .record({
        seconds: fc.integer({ min: 1, max: 60 }),
        retry: near(5000),
        kill: near(5000),
        slack: fc.integer({ min: -3, max: 3 }),
      })
      .map(({ seconds, retry, kill, slack }) => ({
        lease: seconds * 1000,
        deadline: Math.max(0, seconds * 1000 - kill - 500 + slack),
        retry,
        kill,
      })),
    fc.record({ retry: near(5000), slack: fc.integer({ min: -3, max: 3 }) }).map(({ retry, slack }) => ({
      lease: 20_000,
      deadline: Math.max(0, 2 * retry + slack),
      retry,
      kill: 1000,
    })),
  );

  it('exactly the safe ones are accepted, unchanged', () => {
    fc.assert(
      fc.property(times, (milliseconds) => {
        const props = propsOf(milliseconds);
        const accepted = isAccepted(() => ElectionTiming.of(props));

        expect(accepted).toBe(isSafe(milliseconds));
        expect(accepted ? millisecondsOf(ElectionTiming.of(props)) : milliseconds).toEqual(milliseconds);
      }),
      { numRuns: 1000 },
    );
  });
});

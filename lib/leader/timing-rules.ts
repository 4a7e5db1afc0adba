/** The relations between the times of an election, in milliseconds; the constructs and the runtime share them. */
/** Names are client-go's; `ElectionTimingProps` says what each does. */
export interface TimingMilliseconds {
  readonly leaseDuration: number;
  readonly renewDeadline: number;
  readonly retryPeriod: number;
  readonly killAfter: number;
}

/** Room for the gate's tick, a short pause and clocks that do not run at one rate. */
export const SAFETY_MARGIN_MS = 500;

/**
 * For no longer may a lease last, nor a leader go on by promises. Candidates that it does not ask wait for both, but for no
 * longer.
 */
export const LONGEST_WAIT_MS = 24 * 3_600_000;

/** A relation that does not hold, told of one of its times. */
export interface BrokenRelation {
  readonly property: keyof TimingMilliseconds;
  readonly value: string;
  readonly rule: string;
  readonly remedy: string;
}

/** What would let two leaders run, or make one failed request count. */
export function brokenRelations(timing: TimingMilliseconds): BrokenRelation[] {
  const { leaseDuration, renewDeadline, retryPeriod, killAfter } = timing;
  const needed = renewDeadline + killAfter + SAFETY_MARGIN_MS;
  const rules: readonly (readonly [boolean, keyof TimingMilliseconds, string, string])[] = [
    [
      leaseDuration >= 1000 && leaseDuration % 1000 === 0,
      'leaseDuration',
      'a Lease counts whole seconds, at least 1',
      `use ${seconds(1000 * Math.max(1, Math.ceil(leaseDuration / 1000)))}`,
    ],
    [
      leaseDuration <= LONGEST_WAIT_MS,
      'leaseDuration',
      `a leader that is lost is waited for: at most ${seconds(LONGEST_WAIT_MS)}`,
      `use ${seconds(LONGEST_WAIT_MS)} or less`,
    ],
    [retryPeriod > 0, 'retryPeriod', 'renewals take time', 'set for example 2.5 s'],
    [killAfter > 0, 'killAfter', 'SIGTERM needs time to work', 'set for example 2 s'],
    [
      renewDeadline >= 2 * retryPeriod,
      'renewDeadline',
      `one failed renewal must change nothing: at least twice retryPeriod, ${seconds(2 * retryPeriod)}`,
      'raise renewDeadline or lower retryPeriod',
    ],
    [
      needed <= leaseDuration,
      'leaseDuration',
      `the former leader must have stopped first: at least renewDeadline + killAfter + ${seconds(SAFETY_MARGIN_MS)}, ` +
        seconds(needed),
      'raise leaseDuration, or lower renewDeadline or killAfter',
    ],
  ];
  return rules
    .filter(([holds]) => !holds)
    .map(([, property, rule, remedy]) => ({ property, value: seconds(timing[property]), rule, remedy }));
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1000} s`;
}

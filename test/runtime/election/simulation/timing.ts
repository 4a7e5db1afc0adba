/** The times of simulated elections, in relations that a roll-out may mix. */
import type { TimingMilliseconds } from '../../../../lib/leader/timing-rules';

export const TIMING = { leaseDuration: 10_000, renewDeadline: 7000, retryPeriod: 2500, killAfter: 2000 };

/** With no more than the least margin between deadline and lease. */
export const FAST = { leaseDuration: 4000, renewDeadline: 2500, retryPeriod: 800, killAfter: 1000 };
const PATIENT = { leaseDuration: 60_000, renewDeadline: 45_000, retryPeriod: 10_000, killAfter: 10_000 };

/** The lease of `TIMING`, kept otherwise. */
const EAGER = { leaseDuration: 10_000, renewDeadline: 3000, retryPeriod: 1000, killAfter: 6000 };

export const TIMINGS: readonly TimingMilliseconds[] = [TIMING, FAST, PATIENT, EAGER];

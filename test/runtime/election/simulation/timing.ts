/** The times of a simulated election. */

export const TIMING = { leaseDuration: 10_000, renewDeadline: 7000, retryPeriod: 2500, killAfter: 2000 };

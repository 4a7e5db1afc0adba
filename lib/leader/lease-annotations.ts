/** Annotations of the Lease which say for how long others leave it alone: the admission policy bounds what is written. */

/** What the holder counts on, in seconds. */
export const COUNTED = 'cdk8s-ha/lease-duration';

/** For how long the holder may go on by the promises of those that it asks, in seconds. */
export const FAILSAFE_LONGEST = 'cdk8s-ha/failsafe-longest';

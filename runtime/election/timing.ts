/** The times of an election in force: those configured, or what a live edit of the Lease makes of them. */
import { type TimingMilliseconds, brokenRelations } from '../../lib/leader/timing-rules';

/**
 * Times for a Lease whose `leaseDurationSeconds` somebody has edited. A shorter one binds the leader too: what lies
 * between its deadline and the lease stays as it is, since the gate's time to kill does; renewals keep their share of the
 * deadline. A longer one lets candidates wait, and the leader go on for no longer than configured: a candidate that has
 * not heard of the edit must not need to know of it. Undefined where no safe times are left.
 */
export function timingFor(
  configured: TimingMilliseconds,
  leaseDuration: number,
): TimingMilliseconds | undefined {
  if (leaseDuration >= configured.leaseDuration) return configured;
  const renewDeadline = leaseDuration - (configured.leaseDuration - configured.renewDeadline);
  const retryPeriod = Math.floor(configured.retryPeriod * (renewDeadline / configured.renewDeadline));
  const timing = { ...configured, leaseDuration, renewDeadline, retryPeriod };
  return retryPeriod >= SHORTEST_RETRY_MS && brokenRelations(timing).length === 0 ? timing : undefined;
}

/** More would be a flood of requests. */
const SHORTEST_RETRY_MS = 100;

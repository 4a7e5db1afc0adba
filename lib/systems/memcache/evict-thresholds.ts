/** The use of the pool at which MetaService evicts, and down to which: what the two settings owe each other. */
import { type Problem, broken, inProps, unless } from '../../kube/problems';
import { type MemCacheRelease, traitsOf } from './releases';

interface Thresholds {
  readonly evictThresholdHigh?: number;
  readonly evictThresholdLow?: number;
}

const DEFAULT_HIGH = 90;
const DEFAULT_LOW = 80;

/** The highest that any release takes. */
export const MOST_THRESHOLD = 99;

/** What is wrong with the two together, and with a high one in the release. */
export function thresholdProblems(settings: Thresholds, release: MemCacheRelease): Problem[] {
  return [...orderProblems(settings), ...highestProblems(settings, release)];
}

/** Half a pair hides the other half, which a later release of the program may change. */
export function withBothThresholds<S extends Thresholds>(settings: S): S {
  const { evictThresholdHigh, evictThresholdLow } = settings;
  if (evictThresholdHigh === undefined && evictThresholdLow === undefined) return settings;
  return {
    ...settings,
    evictThresholdHigh: evictThresholdHigh ?? DEFAULT_HIGH,
    evictThresholdLow: evictThresholdLow ?? DEFAULT_LOW,
  };
}

/** What is above MOST_THRESHOLD is refused already, for every release. */
function highestProblems(
  { evictThresholdHigh: high = DEFAULT_HIGH }: Thresholds,
  release: MemCacheRelease,
): Problem[] {
  const highest = traitsOf(release).highestEvictThreshold;
  const found = unless(
    high <= highest || high > MOST_THRESHOLD,
    high,
    `not every MemCache ${release} starts with more than ${highest}`,
    `lower it to ${highest} or less, or run another release`,
  );
  return inProps({ evictThresholdHigh: found });
}

/** Reported where the user set something: at the low threshold, or at the high one if only that is set. */
function orderProblems({ evictThresholdHigh: high, evictThresholdLow: low }: Thresholds): Problem[] {
  if ((low ?? DEFAULT_LOW) < (high ?? DEFAULT_HIGH)) return [];
  if (low === undefined) {
    const rule = `this is above evictThresholdLow, which is ${DEFAULT_LOW} by default`;
    return inProps({
      evictThresholdHigh: broken(high, rule, 'raise it, or set a lower evictThresholdLow too'),
    });
  }
  const rule = `this is below evictThresholdHigh, which is ${high ?? `${DEFAULT_HIGH} by default`}`;
  return inProps({ evictThresholdLow: broken(low, rule, 'lower it, or raise evictThresholdHigh') });
}

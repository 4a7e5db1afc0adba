/** An API server that is away for a group whose leader asks its peers: for whom, and what else goes wrong meanwhile. */
import type { Random } from '../../election/random';
import { between, oneIn, pick } from './draw';
import type { Effect, Fault } from './faults';
import { type Victims, faultInAnOutage } from './random-faults';
import type { Plan, Step } from './schedule';

type Network = Extract<Fault, { kind: 'network' }>;
type Scope = Network['who'];

/** Bears a busy machine: what a group comes to does not hang on how fast it is. */
export const UNHURRIED = { leaseDuration: 10_000, renewDeadline: 7000, retryPeriod: 2500, killAfter: 2000 };

/** Members have seen the leader renew the Lease by then: before, they look for longer whether the API server is away. */
export const RENEWED_MS = 4000;

/** Longer than a lease, the way to the first question, and a successor's start. */
const LONGER_THAN_A_LEASE_MS = 16_000;

const A_MINUTE_MS = 60_000;

/** All others promise, and the same application leads all the time; or one does not, and another is to lead in the end. */
const CALM: readonly { readonly scope: Scope; readonly isParted: boolean; readonly leads: number }[] = [
  { scope: 'all', isParted: false, leads: 1 },
  { scope: 'all', isParted: false, leads: 1 },
  { scope: 'leader', isParted: false, leads: 2 },
  { scope: 'all-but-other', isParted: false, leads: 2 },
  { scope: 'all-but-other', isParted: true, leads: 2 },
];

/** Requests fail at once, or are never answered. */
const AWAY: readonly Effect[] = [
  { does: 'drop-requests' },
  { does: 'half-open' },
  { does: 'cut' },
  { does: 'answer', status: 503 },
];

/** Nothing else goes wrong: so it is known how often leads begin. */
export function calmOutage(random: Random): Plan {
  const { scope, isParted, leads } = pick(random, CALM);
  const at = between(random, RENEWED_MS, 2500);
  const ms = between(random, LONGER_THAN_A_LEASE_MS, 3000);
  const part: Step = { at, fault: { kind: 'part', who: 'leader', ms } };
  return {
    timing: UNHURRIED,
    asksPeersFor: A_MINUTE_MS,
    steps: [...(isParted ? [part] : []), { at, fault: away(scope, pick(random, AWAY), ms) }],
    leads,
  };
}

/** With times so short that much happens in little time. */
const HURRIED = [
  { leaseDuration: 3000, renewDeadline: 1800, retryPeriod: 600, killAfter: 500 },
  { leaseDuration: 4000, renewDeadline: 2500, retryPeriod: 800, killAfter: 800 },
] as const;

/** Anything may go wrong in the outage: what counts is that no two lead. */
export function roughOutage(random: Random, victims: Victims): Plan {
  const at = between(random, 1000, 2000);
  const ms = between(random, 3000, 9000);
  const timing = pick(random, HURRIED);
  return {
    timing,
    asksPeersFor: pick(random, [timing.leaseDuration, 6000, A_MINUTE_MS]),
    steps: [
      ...awayFor(random, at, ms, victims),
      ...Array.from({ length: between(random, 1, 4) }, () => ({
        at: between(random, at, ms),
        fault: faultInAnOutage(random, victims),
      })),
    ],
  };
}

/** For all in the same moment; or for one after the other, so that some reach the API server and others do not. */
function awayFor(random: Random, at: number, ms: number, { members }: Victims): readonly Step[] {
  const effect = pick<Effect>(random, [...AWAY, { does: 'drop-answers' }]);
  if (!oneIn(random, 3)) {
    const scope = pick(random, ['all', 'all', 'all-but-other', 'leader'] as const);
    return [{ at, fault: away(scope, effect, ms) }];
  }
  return Array.from({ length: members }, (_, who) => ({
    at: between(random, at, 1500),
    fault: away(who, effect, between(random, ms - 1500, 3000)),
  }));
}

function away(who: Scope, effect: Effect, ms: number): Network {
  return { kind: 'network', who, effect, ms, share: 100, onlyWrites: false };
}

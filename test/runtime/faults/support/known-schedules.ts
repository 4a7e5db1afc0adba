/** Schedules that chance seldom makes: each broke a guarantee once, or would if the runtime did not take care. */
import type { Effect, Fault } from './faults';
import type { Schedule } from './schedule';

const GROUP = {
  seed: 0,
  members: 3,
  routing: 'endpoint-slice',
  timing: { leaseDuration: 2000, renewDeadline: 1100, retryPeriod: 400, killAfter: 300 },
  startMs: 0,
  stopMs: 50,
} as const;

const GIVES_UP: Fault = { kind: 'release', who: 'leader' };

/** Long enough for another to lead when what is written now arrives. */
const LATE = network({ does: 'delay-requests', ms: 3500 }, 150, { onlyWrites: true });

function network(effect: Effect, ms: number, { onlyWrites = false } = {}): Fault {
  return { kind: 'network', who: 'leader', effect, ms, share: 100, onlyWrites };
}

export const KNOWN_SCHEDULES: readonly (readonly [string, Schedule])[] = [
  [
    'a release that arrives when its sender has taken the Lease again',
    {
      ...GROUP,
      steps: [
        { at: 500, fault: LATE },
        { at: 520, fault: { kind: 'kill', who: 'leader', target: 'application' } },
        { at: 6000, fault: GIVES_UP },
      ],
    },
  ],
  [
    'a slice that arrives when another leads',
    {
      ...GROUP,
      steps: [
        { at: 500, fault: LATE },
        { at: 550, fault: { kind: 'slice', edit: 'other-member' } },
        { at: 800, fault: GIVES_UP },
        { at: 5000, fault: GIVES_UP },
      ],
    },
  ],
  [
    'a label that arrives when another leads',
    {
      ...GROUP,
      routing: 'label',
      steps: [
        { at: 500, fault: LATE },
        { at: 550, fault: { kind: 'label', who: 'leader', value: 'standby' } },
        { at: 800, fault: GIVES_UP },
        { at: 5000, fault: GIVES_UP },
      ],
    },
  ],
  [
    'renewals whose answers come late, and then none',
    {
      ...GROUP,
      // Counted from the answers, the lead would end long after the Lease.
      timing: { leaseDuration: 4000, renewDeadline: 3100, retryPeriod: 400, killAfter: 300 },
      stopMs: 'never',
      steps: [
        { at: 500, fault: network({ does: 'delay-answers', ms: 2500 }, 800) },
        { at: 1300, fault: network({ does: 'drop-requests' }, 6000) },
      ],
    },
  ],
];

/** Schedules that chance seldom makes: each broke a guarantee once, or would if the runtime did not take care. */
import type { Effect, Fault } from './faults';
import { RENEWED_MS, UNHURRIED } from './outages';
import type { Schedule } from './schedule';

const GROUP = {
  seed: 0,
  members: 3,
  routing: 'endpoint-slice',
  standby: 'cold',
  timing: { leaseDuration: 2000, renewDeadline: 1100, retryPeriod: 400, killAfter: 300 },
  startMs: 0,
  stopMs: 50,
} as const;

const GIVES_UP: Fault = { kind: 'release', who: 'leader' };

/** Long enough for another to lead when what is written now arrives. */
const LATE = network({ does: 'delay-requests', ms: 3500 }, 150, { onlyWrites: true });

function network(effect: Effect, ms: number, { onlyWrites = false } = {}) {
  return { kind: 'network', who: 'leader', effect, ms, share: 100, onlyWrites } as const satisfies Fault;
}

const ASKING = { ...GROUP, timing: UNHURRIED, asksPeersFor: 60_000 } as const;

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
  [
    'an API server that is away for all, whose leader goes on by promises',
    {
      ...ASKING,
      leads: 1,
      steps: [{ at: RENEWED_MS, fault: { ...network({ does: 'drop-requests' }, 30_000), who: 'all' } }],
    },
  ],
  [
    'an API server that only a member reaches which the leader does not',
    {
      ...ASKING,
      leads: 2,
      steps: [
        { at: RENEWED_MS, fault: { kind: 'part', who: 'leader', ms: 25_000 } },
        { at: RENEWED_MS, fault: { ...network({ does: 'drop-requests' }, 25_000), who: 'all-but-other' } },
      ],
    },
  ],
  [
    'a hot standby that is restarted while its elector hangs',
    {
      ...GROUP,
      standby: 'hot',
      timing: { leaseDuration: 4000, renewDeadline: 2500, retryPeriod: 800, killAfter: 800 },
      steps: [
        { at: 500, fault: { kind: 'stop', who: 'leader', target: 'elector', ms: 1500 } },
        { at: 550, fault: { kind: 'kill', who: 'leader', target: 'application' } },
      ],
    },
  ],
  [
    'a hot standby whose check fails when its elector comes back',
    {
      ...GROUP,
      standby: 'hot',
      steps: [
        { at: 500, fault: { kind: 'ill', who: 'leader', ask: 'check', how: 'refuses', ms: 6000 } },
        { at: 550, fault: { kind: 'kill', who: 'leader', target: 'elector' } },
      ],
    },
  ],
];

/** Schedules that chance seldom makes: those that broke a guarantee once, or that an argument says could. */
import type { Schedule } from './schedule';

const GROUP = {
  seed: 0,
  members: 3,
  routing: 'endpoint-slice',
  timing: { leaseDuration: 2000, renewDeadline: 1100, retryPeriod: 400, killAfter: 300 },
  startMs: 0,
  stopMs: 50,
} as const;

export const KNOWN_SCHEDULES: readonly (readonly [string, Schedule])[] = [
  [
    'a release that arrives when its sender has taken the Lease again',
    {
      ...GROUP,
      steps: [
        {
          at: 500,
          fault: {
            kind: 'network',
            who: 'leader',
            effect: { does: 'delay-requests', ms: 3500 },
            ms: 300,
            share: 100,
          },
        },
        { at: 520, fault: { kind: 'kill', who: 'leader', target: 'application' } },
        { at: 6000, fault: { kind: 'release', who: 'leader' } },
      ],
    },
  ],
];

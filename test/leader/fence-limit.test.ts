/** The least CPU limit under which the gate's fence comes in time. */
import { Duration } from 'cdk8s';
import fc from 'fast-check';
import { ElectionTiming, LeaderElectedService, type RuntimeElectionProps } from '../../lib';
import { fenceLimitProblems } from '../../lib/leader/fence-limit';
import { COLD, EMBEDDED, HOT } from '../support/leader-groups';
import { expectProblemAlone, isAccepted, refusalOf } from '../support/problems';
import { chart } from '../support/workloads';

function limited(cpu: string, props: Partial<RuntimeElectionProps> = {}) {
  const resources = { limits: { cpu } };
  return () => new LeaderElectedService(chart(), 'group', { ...COLD, resources, ...props });
}

describe('A CPU limit of a cold standby', () => {
  it.each([
    ['fast', '2499m', '2500m'],
    ['default', '937m', '938m'],
    ['patient', '156m', '157m'],
  ] as const)('under ElectionTiming.%s may not be %s, but %s', (profile, refused, accepted) => {
    const election = ElectionTiming[profile];

    expectProblemAlone(limited(refused, { election }), {
      property: 'resources.limits.cpu',
      value: refused,
      rule: new RegExp(`ElectionTiming.${profile} leaves .* at least ${accepted}$`),
    });
    expect(isAccepted(limited(accepted, { election }))).toBe(true);
  });

  it('is refused with the path of the group, the limit, the election, the least limit and the remedy', () => {
    expect(refusalOf(limited('100m')).message).toBe(
      'system/group: 1 problem\n' +
        '  resources.limits.cpu = "100m": the gate\'s fence shares this limit, and could come later than the 1 s that ' +
        'ElectionTiming.default leaves before another member may lead; it needs at least 938m; leave the CPU limit out, ' +
        'which is best, or raise it, or give the election a longer leaseDuration.',
    );
  });

  it.each(['0', '1n', '0.9379', '937999u'])('of %s is compared exactly', (cpu) => {
    expectProblemAlone(limited(cpu), { property: 'resources.limits.cpu', rule: /at least 938m/ });
  });

  it('that is no quantity is refused as such', () => {
    expectProblemAlone(limited('half'), { property: 'resources.limits.cpu', rule: /Kubernetes quantity/ });
  });

  it('may be none, whatever the election and the memory', () => {
    const resources = { requests: { cpu: '10m' }, limits: { memory: '1Gi' } };

    for (const election of [ElectionTiming.fast, ElectionTiming.default, ElectionTiming.patient])
      for (const props of [{}, { resources }, { resources: {} }])
        expect(
          isAccepted(() => new LeaderElectedService(chart(), 'group', { ...COLD, election, ...props })),
        ).toBe(true);
  });

  it('may be the smaller, the more time the election leaves', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 500, max: 60_000 }),
        fc.integer({ min: 1, max: 5000 }),
        (spare, milli) => {
          const election = (margin: number) =>
            ElectionTiming.of({
              leaseDuration: Duration.seconds(100),
              renewDeadline: Duration.millis(99_000 - margin),
              retryPeriod: Duration.seconds(1),
              killAfter: Duration.seconds(1),
            });
          const problems = fenceLimitProblems({ limits: { cpu: `${milli}m` } }, election(spare));

          expect(problems.length === 0).toBe(200 + 750_000 / milli <= spare);
        },
      ),
    );
  });
});

it.each([
  ['a hot standby, which has no gate', { ...HOT }],
  ['an image that elects by itself', { ...EMBEDDED }],
])('A CPU limit of %s is not looked at', (_, props) => {
  const resources = { limits: { cpu: '1m' } };

  expect(isAccepted(() => new LeaderElectedService(chart(), 'group', { ...props, resources }))).toBe(true);
});

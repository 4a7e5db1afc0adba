/** How the fence under CPU limits is recorded and shown. */
import { readFileSync } from 'node:fs';
import { millicoresOf } from '../../bench/fence/quota';
import { type FenceRow, readFences, withFences } from '../../bench/fence/results';
import { fenceTable } from '../../bench/fence/table';
import { ElectionTiming } from '../../lib';
import { fenceLimitProblems } from '../../lib/leader/fence-limit';

const FENCE: FenceRow = {
  limit: '100m',
  threads: 10,
  subject: 'gate, dash',
  looks: 150,
  p50Ms: 204,
  p99Ms: 680,
  maxMs: 1395,
  ranOnMs: 302,
};

/** Limits that are less than the machine on which they were measured: above, the machine delays the fence. */
const MEASURED = readFences().filter(({ limit }) => millicoresOf(limit) <= 1000);

it('Rows replace those of the same limit, number of threads and fence, and no others', () => {
  const [more, unlimited, later] = [
    { ...FENCE, threads: 100 },
    { ...FENCE, limit: 'none' },
    { ...FENCE, maxMs: 900 },
  ];

  expect(withFences([FENCE, more, unlimited], [later])).toEqual([later, more, unlimited]);
});

it('The table has a row for each limit and number of threads, and a column for each fence', () => {
  const before = { ...FENCE, subject: 'before, dash', p50Ms: 397 };

  expect(fenceTable([FENCE, before, { ...FENCE, limit: 'none' }])).toBe(
    [
      '| CPU limit | busy threads | gate, dash              | before, dash            |',
      '| --------- | ------------ | ----------------------- | ----------------------- |',
      '| 100m      | 10           | 204 ms / 680 ms / 1.4 s | 397 ms / 680 ms / 1.4 s |',
      '| none      | 10           | 204 ms / 680 ms / 1.4 s |                         |',
    ].join('\n'),
  );
});

it('The documentation shows the results that are in bench/results', () => {
  expect(readFileSync('docs/measurements.md', 'utf8')).toContain(fenceTable(readFences()));
});

it.each(['fast', 'default', 'patient'] as const)(
  'The rule refuses every limit under which a fence was measured to be later than ElectionTiming.%s allows',
  (profile) => {
    const timing = ElectionTiming[profile];
    const { leaseDuration, renewDeadline, killAfter } = timing;
    const margin =
      leaseDuration.toMilliseconds() - renewDeadline.toMilliseconds() - killAfter.toMilliseconds();
    const tooLate = MEASURED.filter(({ subject, maxMs }) => subject.startsWith('gate') && maxMs > margin);
    const accepted = tooLate.filter(
      ({ limit }) => fenceLimitProblems({ limits: { cpu: limit } }, timing).length === 0,
    );

    expect(MEASURED).not.toEqual([]);
    expect(accepted).toEqual([]);
  },
);

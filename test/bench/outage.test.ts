/** Which outages are tried, what follows from them, and how it is recorded and shown. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { timingOf } from '../../bench/outage/cell';
import { type OutageRow, PROFILES, readOutages, withOutages } from '../../bench/outage/results';
import { type Tried, boundsOf, nextLengths } from '../../bench/outage/search';
import { outageTable } from '../../bench/outage/table';
import { cellsIn } from './cells';

const TIMING = timingOf('default');
const WORST = 0.99;

const SURVIVED: Tried = { lengthMs: 4000, phase: WORST, survived: true };
const LOST: Tried = { lengthMs: 5000, phase: WORST, survived: false };

const ROW: OutageRow = {
  profile: 'default',
  kind: 'away',
  subject: 'runtime',
  trials: 18,
  lost: 6,
  survivedMs: 4380,
  lostMs: 4420,
  gapMs: 6900,
};

describe('The bounds', () => {
  it('are the longest outage that was survived and the shortest that ended a lead', () => {
    const trials = [SURVIVED, { ...SURVIVED, lengthMs: 4100 }, LOST, { ...LOST, lengthMs: 4900 }];

    expect(boundsOf(trials)).toEqual({ survivedMs: 4100, lostMs: 4900 });
    expect(boundsOf([])).toEqual({ survivedMs: undefined, lostMs: undefined });
  });

  it('leave out what was survived by luck: what ends a lead now and then ends leads', () => {
    expect(boundsOf([SURVIVED, { ...SURVIVED, lengthMs: 6000 }, LOST]).survivedMs).toBe(4000);
  });

  it('take a moment that is not the worst for no proof that an outage is survived, but that it is not', () => {
    const random = { phase: 0.4 };

    expect(boundsOf([SURVIVED, { ...SURVIVED, ...random, lengthMs: 4500 }, LOST]).survivedMs).toBe(4000);
    expect(boundsOf([SURVIVED, { ...LOST, ...random, lengthMs: 4500 }, LOST]).lostMs).toBe(4500);
  });
});

describe('The next outages', () => {
  it('are first as long as a lead may or may not survive', () => {
    expect(nextLengths(TIMING, [], 4)).toEqual([3500, 5000, 6500, 8000]);
  });

  it('part evenly what lies between the bounds', () => {
    expect(nextLengths(TIMING, [SURVIVED, LOST], 4)).toEqual([4200, 4400, 4600, 4800]);
  });

  it('close in on the bound, wherever it is, with each round', () => {
    const { renewDeadline, retryPeriod } = TIMING;
    const possible = fc.integer({
      min: renewDeadline - 2 * retryPeriod + 1,
      max: renewDeadline + retryPeriod,
    });
    fc.assert(
      fc.property(possible, (bound) => {
        let trials: readonly Tried[] = [];
        for (let round = 0; round < 3; round += 1) {
          const lengths = nextLengths(TIMING, trials, 6);
          trials = [
            ...trials,
            ...lengths.map((lengthMs) => ({ lengthMs, phase: WORST, survived: lengthMs < bound })),
          ];
        }
        const { survivedMs = renewDeadline - 2 * retryPeriod, lostMs = renewDeadline + retryPeriod } =
          boundsOf(trials);
        expect(survivedMs).toBeLessThan(bound);
        expect(lostMs).toBeGreaterThanOrEqual(bound);
        expect(lostMs - survivedMs).toBeLessThan(25);
      }),
    );
  });
});

it('Rows replace those of the same profile, kind and subject, and no others', () => {
  const [other, peer, later] = [
    { ...ROW, profile: 'fast' as const },
    { ...ROW, subject: 'client-go' as const },
    { ...ROW, lost: 7 },
  ];

  expect(withOutages([ROW, other, peer], [later])).toEqual([later, other, peer]);
});

describe('The table', () => {
  it('has a row for each profile and kind of outage, whatever the order of the rows', () => {
    const halfOpen = { ...ROW, kind: 'half-open' as const, survivedMs: undefined, lostMs: undefined };
    const rows = [
      { ...halfOpen, subject: 'client-go' as const, lost: 18 },
      { ...halfOpen, lost: 0, gapMs: 3210 },
      { ...ROW, profile: 'fast' as const, survivedMs: undefined },
      ROW,
    ];
    const cells = cellsIn(outageTable(rows));

    expect(cells).toEqual([
      ['`fast`', 'away', '?, not 4.42 s', '6 of 18', '', ''],
      ['`default`', 'away', '4.38 s, not 4.42 s', '6 of 18', '', ''],
      ['`default`', 'half-open', 'any; 3.21 s without a renewal', '0 of 18', 'none', '18 of 18'],
    ]);
  });
});

describe('The documentation', () => {
  it('shows the results that are in bench/results', () => {
    expect(readOutages()).not.toEqual([]);
    expect(readFileSync('docs/measurements.md', 'utf8')).toContain(outageTable(readOutages()));
  });

  it.each(PROFILES)('promises no more of ElectionTiming.%s than was measured', (profile) => {
    const row = new RegExp(`^\\| \`${profile}\` .*\\| +([\\d.]+) s +\\|$`, 'm');
    const [, promised = 'nothing'] = row.exec(readFileSync('docs/election.md', 'utf8')) ?? [];
    const measured = readOutages().filter((one) => one.profile === profile && one.subject === 'runtime');

    expect(measured.map(({ kind }) => kind).sort()).toEqual(['away', 'half-open', 'silent']);
    for (const { kind, lost, survivedMs = 0 } of measured) {
      expect(kind === 'half-open' ? lost === 0 : survivedMs >= 1000 * Number(promised)).toBe(true);
    }
  });
});

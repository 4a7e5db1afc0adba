import { readFileSync } from 'node:fs';
import { plotFailover } from '../../bench/plot';
import {
  FAILOVER_RESULTS,
  FOOTPRINT_RESULTS,
  failoverTable,
  figuresTable,
  withTables,
} from '../../bench/report';
import { type FailoverRow, isFailover, readRows, replaced } from '../../bench/results';
import { duration } from '../../bench/table';

const ROW: FailoverRow = {
  case: 'deleted',
  subject: 'slice',
  trials: 20,
  p50Ms: 121.4,
  p95Ms: 180,
  maxMs: 1200,
  longestGapMs: 1100,
  staleAnswers: 0,
};
const FIGURE = { figure: 'RSS', subject: 'this runtime', unit: 'MiB', value: 44.1 };

describe('Results', () => {
  it('of a run replace those that it has measured, and no others', () => {
    const [label, later] = [
      { ...ROW, subject: 'label' },
      { ...ROW, p50Ms: 99 },
    ];

    expect(replaced([ROW, label, FIGURE], [later, { ...FIGURE, value: 45 }])).toEqual([
      later,
      label,
      { ...FIGURE, value: 45 },
    ]);
  });

  it('of a file that is not there are none', () => {
    expect(readRows('bench/results/nothing.json')).toEqual([]);
  });
});

describe('A duration', () => {
  it.each([
    [0.4, '0 ms'],
    [59.7, '60 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [10_090, '10.1 s'],
  ])('of %d ms is %s', (milliseconds, shown) => {
    expect(duration(milliseconds)).toBe(shown);
  });
});

describe('A table', () => {
  it('has failovers by case and subject, whatever the order of their rows', () => {
    const lines = failoverTable([
      { ...ROW, case: 'killed' },
      FIGURE,
      { ...ROW, subject: 'label' },
      ROW,
    ]).split('\n');

    expect(
      lines.map((line) =>
        line
          .split('|')
          .map((cell) => cell.trim())
          .slice(1, 5),
      ),
    ).toEqual([
      ['case', 'subject', 'trials', 'p50'],
      [expect.stringMatching(/^-+$/), expect.stringMatching(/^-+$/), '------', '------'],
      ['the pod is deleted', 'this runtime, by slice, 10 s', '20', '121 ms'],
      ['the pod is deleted', 'this runtime, by label, 10 s', '20', '121 ms'],
      ['the application is killed', 'this runtime, by slice, 10 s', '20', '121 ms'],
    ]);
  });

  it('has a row for each figure and a column for each subject', () => {
    expect(figuresTable([FIGURE, { ...FIGURE, subject: 'client-go', value: 30 }, ROW])).toBe(
      [
        '| figure | unit | this runtime | client-go |',
        '| ------ | ---- | ------------ | --------- |',
        '| RSS    | MiB  | 44.1         | 30        |',
      ].join('\n'),
    );
  });

  it('takes the place of the one before it', () => {
    const page = 'a\n<!-- table: x -->\n\nold\n\n<!-- end of table -->\nb\n';

    expect(withTables(page, { x: 'new' })).toBe(page.replace('old', 'new'));
    expect(() => withTables(page, { y: 'new' })).toThrow("no place for the table 'y'");
  });
});

describe('The plot', () => {
  it('has a bar for each row, as long as the logarithm of its median', () => {
    const plot = plotFailover([
      ROW,
      { ...ROW, case: 'frozen', p50Ms: 1000 },
      { ...ROW, subject: 'label', p50Ms: 100_000 },
    ]);
    const widths = [...plot.matchAll(/<rect x="300" y="\d+" width="([\d.]+)"/g)].map(([, width]) =>
      Number(width),
    );

    expect(widths).toHaveLength(3);
    expect(widths[2]).toBeCloseTo((widths[1] ?? 0) / 2, 0);
    expect(plot).toContain('the node hangs for 25 s');
  });
});

describe('The documentation', () => {
  it('shows the results that are in bench/results', () => {
    const page = readFileSync('docs/measurements.md', 'utf8');
    const [failover, footprint] = [readRows(FAILOVER_RESULTS), readRows(FOOTPRINT_RESULTS)];

    expect(page).toContain(failoverTable(failover));
    expect(page).toContain(figuresTable(failover));
    expect(page).toContain(figuresTable(footprint));
    expect(readFileSync('docs/failover.svg', 'utf8')).toBe(plotFailover(failover.filter(isFailover)));
  });
});

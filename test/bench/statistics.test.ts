import fc from 'fast-check';
import { percentile } from '../../bench/statistics';

const values = fc.array(fc.double({ noNaN: true, min: 0, max: 1e6 }), { minLength: 1 });

describe('A percentile', () => {
  it('is the nearest rank', () => {
    const twenty = Array.from({ length: 20 }, (_, index) => 20 - index);

    expect([50, 95, 100].map((percent) => percentile(twenty, percent))).toEqual([10, 19, 20]);
    expect(percentile([7], 50)).toBe(7);
  });

  it('is a measured value that enough values do not exceed, and no smaller one is', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 100 }), (all, percent) => {
        const found = percentile(all, percent);
        const enough = (limit: number) =>
          all.filter((value) => value <= limit).length >= (percent / 100) * all.length;
        expect(all).toContain(found);
        expect(enough(found)).toBe(true);
        expect(all.filter((value) => value < found).some(enough)).toBe(false);
      }),
    );
  });

  it('of nothing is no number', () => {
    expect(percentile([], 50)).toBeNaN();
  });
});

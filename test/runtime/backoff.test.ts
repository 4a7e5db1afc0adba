/** Pauses between attempts. */
import { Backoff } from '../../runtime/backoff';

it('each is twice the last, up to the longest, and the first again after a success', () => {
  const backoff = new Backoff(100, 500, () => 0.5);
  const pauses = [1, 2, 3, 4, 5].map(() => backoff.next());
  backoff.reset();

  expect(pauses).toEqual([100, 200, 400, 500, 500]);
  expect(backoff.next()).toBe(100);
});

it.each([
  [0, 50],
  [0.99, 149],
])('chance spreads them', (random, pause) => {
  expect(new Backoff(100, 500, () => random).next()).toBeCloseTo(pause);
});

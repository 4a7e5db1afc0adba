/** Which looks at the deadline are called late, from the times that the gate's heartbeats say. */
import { readFileSync } from 'node:fs';
import { LateFence } from '../../../runtime/gate/late-fence';

const MARGIN = 1000;

/** Of a deadline, which it does not see end. */
function newFence() {
  const ticks: number[] = [];
  const late: number[] = [];
  const fence = new LateFence({
    margin: MARGIN,
    onTick: (milliseconds) => ticks.push(milliseconds),
    onLate: (milliseconds) => late.push(milliseconds),
  });
  fence.renew();
  const hear = (...times: readonly number[]) => {
    for (const time of times) fence.hear('7', time);
  };
  return { fence, ticks, late, hear };
}

/** The times of so many heartbeats that nothing delays. */
const beats = (count: number, from = 0): readonly number[] =>
  Array.from({ length: count }, (_, index) => from + 200 * index);

it('tells the times between heartbeats', () => {
  const { hear, ticks, late } = newFence();
  hear(0, 200, 450, 1650);

  expect(ticks).toEqual([200, 250, 1200]);
  expect(late).toEqual([]);
});

it('calls a look late that comes more than the margin after its time', () => {
  const { hear, late } = newFence();
  hear(0, 1200, 2410);

  expect(late).toEqual([1210]);
});

it('says so once a minute', () => {
  const { hear, late } = newFence();
  hear(0, 2000, 5000, 61_000, 61_990, 62_000, 65_000);

  expect(late).toEqual([2000, 3000]);
});

it('measures nothing from one gate to the next', () => {
  const { fence, ticks } = newFence();
  fence.hear('7', 0);
  fence.hear('8', 5000);
  fence.hear('8', 5200);

  expect(ticks).toEqual([200]);
});

it('knows that a gate falls silent after 70 heartbeats for one deadline, and not that its fence is late', () => {
  const { fence, hear, ticks, late } = newFence();
  hear(...beats(70));
  fence.renew();
  hear(60_000, 60_200);

  expect(ticks).toEqual(Array.from({ length: 70 }, () => 200));
  expect(late).toEqual([]);
  expect(readFileSync('lib/leader/gate.sh', 'utf8')).toContain('-gt 70 ] || say "running ');
});

it('hears on when the deadline is moved before', () => {
  const { fence, hear, late } = newFence();
  hear(...beats(69));
  fence.renew();
  hear(60_000);

  expect(late).toEqual([60_000 - 68 * 200]);
});

it('knows nothing of a gate that has begun before it, until the deadline is moved', () => {
  const ticks: number[] = [];
  const fence = new LateFence({
    margin: MARGIN,
    onTick: (milliseconds) => ticks.push(milliseconds),
    onLate: () => undefined,
  });
  for (const time of [0, 9000]) fence.hear('7', time);
  fence.renew();
  for (const time of [18_000, 18_200]) fence.hear('7', time);

  expect(ticks).toEqual([200]);
});

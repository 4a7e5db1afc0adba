/** Whether gate and elector read the same clock, from what the gate's words say. */
import { GateClock } from '../../../runtime/gate/gate-clock';

/** Words of the gate 7 that were read so long after the times that they say. */
function heard(...late: readonly number[]): GateClock {
  const clock = new GateClock();
  late.forEach((milliseconds, index) => clock.hear('7', 1000 * index, 1000 * index + milliseconds));
  return clock;
}

const times = (count: number, late: number): readonly number[] => Array.from({ length: count }, () => late);

it.each([0, 30, 100, -1000])('agrees with a gate whose word is read %j ms after its time', (late) => {
  expect(heard(late).agrees('7')).toBe(true);
  expect(heard(late).differsBy).toBeUndefined();
});

it.each([101, 600, 1000, -1001])('does not agree by a word that is read %j ms after its time', (late) => {
  expect(heard(late).agrees('7')).toBe(false);
});

it('agrees for as long as the gate lives, by one word that came at once: others may have been long under way', () => {
  const clock = heard(5000, 20, ...times(20, 3000));

  expect(clock.agrees('7')).toBe(true);
  expect(clock.differsBy).toBeUndefined();
});

it.each([
  [600, -600],
  [-5000, 5000],
])('differs when ten words in a row were read %j ms after their time', (late, by) => {
  expect(heard(...times(9, late)).differsBy).toBeUndefined();
  expect(heard(...times(10, late)).differsBy).toBe(by);
});

it('tells by how much with the word that was the least under way', () => {
  expect(heard(...times(9, 900), 700, 800).differsBy).toBe(-700);
});

it('knows nothing of another gate', () => {
  const clock = heard(0);
  expect(clock.agrees('8')).toBe(false);

  clock.hear('8', 0, 5000);
  expect(clock.agrees('7')).toBe(false);
  expect(clock.agrees('8')).toBe(false);
  expect(clock.differsBy).toBeUndefined();
});

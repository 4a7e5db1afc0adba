/** What is tried again, and what is not. */
import { Keeper } from '../../../runtime/routing/keeper';
import type { Routed } from '../../../runtime/routing/slice';
import { eventually } from '../../support/processes';

/** Attempts with these results; after them 'done'. */
function keeper(...results: readonly (Routed | Error)[]) {
  const attempts: (Routed | Error)[] = [];
  const told: string[] = [];
  const kept = new Keeper(
    () => {
      const result = results[attempts.length] ?? 'done';
      attempts.push(result);
      return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
    },
    (why) => void told.push(why),
  );
  return { kept, attempts, told };
}

const fail = (why: string) => {
  throw new Error(`not expected: ${why}`);
};

/** Lets all that is due be done. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

it('begins with the first poke, at once', () => {
  const { kept, attempts } = keeper();
  expect(attempts).toEqual([]);
  kept.poke();

  expect(attempts).toEqual(['done']);
});

it.each(['done', 'superseded'] as const)('does not try again what is %s', async (result) => {
  const { kept, attempts } = keeper(result, 'done');
  kept.poke();
  await settled();

  expect(attempts).toEqual([result]);
});

it('tries again until it succeeds, whatever goes wrong', async () => {
  const { kept, attempts } = keeper(new Error('status 500'), new Error('no answer'), 'done');
  kept.poke();
  await eventually(() => attempts.length === 3, 'three attempts');
  await settled();

  expect(attempts.at(-1)).toBe('done');
});

it('tells the last failure when several came in a row, and not with each', async () => {
  const failures = ['1', '2', '3', '4', '5', '6'].map((why) => new Error(why));
  const { kept, attempts, told } = keeper(...failures.slice(0, 4), 'done', ...failures);
  kept.poke();
  await eventually(() => attempts.length === 5, 'a success');
  await settled();
  expect(told).toEqual([]);
  kept.poke();
  await eventually(() => attempts.length === 12, 'another');

  expect(told).toEqual(['5']);
});

it('tries once more, not at the same time, when poked during an attempt', async () => {
  let finish: () => void = () => undefined;
  let [running, most, count] = [0, 0, 0];
  const kept = new Keeper(async () => {
    count += 1;
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => (finish = resolve));
    running -= 1;
  }, fail);
  for (let index = 0; index < 5; index += 1) kept.poke();
  finish();
  await settled();
  finish();
  await settled();

  expect([count, most]).toEqual([2, 1]);
});

it('begins again with a poke after it has come to rest', async () => {
  const { kept, attempts } = keeper('done', 'done');
  kept.poke();
  await settled();
  kept.poke();

  expect(attempts).toHaveLength(2);
});

/** What an illness excuses of an application that nobody else stops. */
import { hindranceBy } from './illnesses';

const TIME = { from: 1000, to: 2000 };

test.each([
  ['refuses to be demoted', { ask: 'demote', how: 'refuses' }, 2000],
  ['is demoted late', { ask: 'demote', how: 300 }, 2300],
  // Its promotion may come when it does not lead any more.
  ['is promoted late', { ask: 'promote', how: 300 }, 2300],
] as const)(
  'one that %s does not do what it is told, until the last call is carried out',
  (_, illness, to) => {
    expect(hindranceBy(illness, TIME)).toEqual({ of: 'hook', from: 1000, to });
  },
);

test.each([
  ['refuses to be promoted', { ask: 'promote', how: 'refuses' }],
  ['answers its check with an error', { ask: 'check', how: 'refuses' }],
  ['answers its check late', { ask: 'check', how: 3000 }],
] as const)('one that %s steps down all the same', (_, illness) => {
  expect(hindranceBy(illness, TIME)).toBeUndefined();
});

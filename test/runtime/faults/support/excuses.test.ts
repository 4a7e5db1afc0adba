/** What is excused of a lead that should have ended, and what is not. */
import { isExcused } from './excuses';
import type { Hindrance } from './history';
import { A, B, RUN_A, TIMING } from './made-up';

/** How long each may be without an excuse, and how long after it the application may go on. */
const BOUNDS: readonly (readonly [Hindrance['of'], number, number])[] = [
  ['gate', 400, 700],
  ['elector', 700, 1000],
  ['application', 700, 2000],
  ['hook', 700, 2200],
];

/** When the lead should have ended. */
const AT = 3200;

function excuses(last: number, ...hindrances: readonly Omit<Hindrance, 'pod'>[]): boolean {
  const own = hindrances.map((hindrance) => ({ pod: A.pod, ...hindrance }));
  return isExcused({ hindrances: own, timing: TIMING }, { ...RUN_A, last }, AT);
}

describe.each(BOUNDS)('%s', (of, borne, after) => {
  const from = AT - 100;
  const to = from + borne + 10;

  test('excuses a lead until there was the time to act', () => {
    expect(excuses(to + after, { of, from, to })).toBe(true);
  });

  test('does not excuse one that goes on for longer', () => {
    expect(excuses(to + after + 10, { of, from, to })).toBe(false);
  });

  test('does not excuse anything in a time that the timing bears', () => {
    expect(excuses(AT, { of, from, to: from + borne })).toBe(false);
  });

  test('does not excuse what should have ended before', () => {
    expect(excuses(AT + 20, { of, from: AT + 10, to: AT + 10 + to })).toBe(false);
  });

  test('does not excuse what should have ended when all was well again', () => {
    expect(excuses(AT + 10, { of, from: 0, to: AT - after - 10 })).toBe(false);
  });

  test('does not excuse another member', () => {
    const hindrances = [{ pod: B.pod, of, from, to }];
    expect(isExcused({ hindrances, timing: TIMING }, { ...RUN_A, last: to }, AT)).toBe(false);
  });

  test('that is not over yet excuses everything', () => {
    expect(excuses(100_000, { of, from, to: Infinity })).toBe(true);
  });
});

test('two that meet are one: neither was followed by the time to act', () => {
  const [one, other] = [
    { of: 'elector', from: AT - 600, to: AT },
    { of: 'elector', from: AT - 10, to: AT + 500 },
  ] as const;
  expect(excuses(AT + 500, one)).toBe(false);
  expect(excuses(AT + 500, other)).toBe(false);
  expect(excuses(AT + 1500, one, other)).toBe(true);
});

test('one that comes in the time to act after another excuses until its own is over', () => {
  const application = { of: 'application', from: AT - 2000, to: AT } as const;
  const elector = { of: 'elector', from: AT + 1500, to: AT + 4000 } as const;
  expect(excuses(AT + 5000, application)).toBe(false);
  expect(excuses(AT + 5000, application, elector)).toBe(true);
});

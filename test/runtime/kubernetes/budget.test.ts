/** What an elector asks at most. */
import { Budget, KINDS, allowancesFor } from '../../../runtime/kubernetes/budget';

const ALLOWANCES = allowancesFor(3);

/** How many are granted of a hundred a second, in so many milliseconds. */
function granted(milliseconds: number, kind: (typeof KINDS)[number]): number {
  let now = 0;
  const budget = new Budget(ALLOWANCES, () => now);
  let count = 0;
  for (; now < milliseconds; now += 10) if (budget.take(kind)) count += 1;
  return count;
}

it.each(KINDS)('never more than the burst and the rate allow: %s', (kind) => {
  const { burst, perMinute } = ALLOWANCES[kind];

  expect(granted(600_000, kind)).toBeLessThanOrEqual(burst + 10 * perMinute);
  expect(granted(600_000, kind)).toBeGreaterThanOrEqual(burst + 10 * perMinute - 1);
});

it('one kind takes nothing from another', () => {
  const budget = new Budget(ALLOWANCES, () => 0);
  while (budget.take('pods'));

  expect(budget.take('pods')).toBe(false);
  expect(budget.take('endpointslices')).toBe(true);
});

it('what was not asked for is not saved up beyond the burst', () => {
  let now = 0;
  const budget = new Budget(ALLOWANCES, () => now);
  budget.take('events');
  now = 3_600_000;
  let count = 0;
  while (budget.take('events')) count += 1;

  expect(count).toBe(ALLOWANCES.events.burst);
});

it('a minute has a bound for all of it', () => {
  const total = Object.values(ALLOWANCES).reduce((sum, { burst, perMinute }) => sum + burst + perMinute, 0);

  expect(total).toBe(380);
});

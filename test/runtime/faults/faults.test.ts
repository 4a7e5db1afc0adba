/** The election runtime's guarantees, under random faults: real electors and gates, a real API server. */
import { randomInt } from 'node:crypto';
import { useNamespace } from '../../cluster/support/namespace';
import { unlessFaketime } from './support/faketime';
import type { Outcome } from './support/group';
import { KNOWN_SCHEDULES } from './support/known-schedules';
import { Run } from './support/run';
import { scheduleOf } from './support/schedule';

const first = Number(process.env['FAULTS_SEED'] ?? randomInt(2 ** 30));
const count = Number(process.env['FAULTS_SCHEDULES'] ?? 100);
const schedules = [
  ...KNOWN_SCHEDULES,
  ...Array.from(
    { length: count },
    (_, index) => [`seed ${first + index}`, scheduleOf(first + index)] as const,
  ),
];

describe(`${count} schedules from FAULTS_SEED=${first}${unlessFaketime}`, () => {
  const run = new Run(useNamespace());
  let outcomes: readonly Promise<Outcome>[] = [];

  beforeAll(async () => {
    outcomes = await run.start(schedules.map(([, schedule]) => schedule));
  });
  afterAll(() => run.end());

  test.each(schedules.map(([name], index) => [name, index] as const))(
    '%s breaks no guarantee',
    async (_, index) => {
      const outcome = await outcomes[index];
      process.stderr.write(outcome?.report ?? '');
      expect(outcome?.violations).toEqual([]);
      expect(outcome?.restless).toEqual([]);
    },
  );

  test('leads changed hands by them', async () => {
    const leads = (await Promise.all(outcomes)).map((outcome) => outcome.leads);
    expect(leads.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(2 * count);
  });
});

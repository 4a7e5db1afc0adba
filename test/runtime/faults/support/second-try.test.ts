/** Only what had not come to rest is tried again, and only when nothing else runs. */
import type { Outcome } from './group';
import { playWithSecondTries } from './second-try';

const GOOD: Outcome = { violations: [], restless: [], report: '', leads: 1, isSecond: false };
const RESTLESS: Outcome = { ...GOOD, restless: ['0 applications run'], report: 'first report\n' };
const BROKEN: Outcome = { ...RESTLESS, violations: ['two ran at once'], report: 'broken\n' };

/** Plays what each was told to come to, and keeps what began and ended. */
class Stage {
  readonly events: string[] = [];

  play(...scripts: readonly (readonly Outcome[])[]): readonly Promise<Outcome>[] {
    const left = scripts.map((script) => [...script]);
    return playWithSecondTries([...left.keys()], async (index) => {
      const outcome = left[index]?.shift();
      this.events.push(`${index} begins`);
      for (let turn = 0; turn <= index; turn += 1) await new Promise(setImmediate);
      this.events.push(`${index} ends`);
      if (outcome === undefined) throw new Error('no API server');
      return outcome;
    });
  }
}

test('a group that comes to rest at the second try is good, and the report says both', async () => {
  const [outcome] = await Promise.all(new Stage().play([RESTLESS, GOOD]));
  const report =
    'first report\nIt was tried again with nothing beside it, and nothing was wrong: not counted.\n';
  expect(outcome).toEqual({ ...GOOD, isSecond: true, leads: 2, report });
});

test('a group that does not come to rest twice fails, with both reports', async () => {
  const again = { ...RESTLESS, report: 'second report\n' };
  const [outcome] = await Promise.all(new Stage().play([RESTLESS, again]));
  expect(outcome?.restless).toEqual(RESTLESS.restless);
  expect(outcome?.report).toBe('first report\nIt was tried again with nothing beside it:\nsecond report\n');
});

test('what breaks a guarantee at the second try fails', async () => {
  const [outcome] = await Promise.all(new Stage().play([RESTLESS, BROKEN]));
  expect(outcome?.violations).toEqual(BROKEN.violations);
});

test('what breaks a guarantee fails at once, also when it did not come to rest', async () => {
  const stage = new Stage();
  expect(await Promise.all(stage.play([BROKEN], [GOOD]))).toEqual([BROKEN, GOOD]);
  expect(stage.events).toEqual(['0 begins', '1 begins', '0 ends', '1 ends']);
});

test('second tries wait for all others, and for each other', async () => {
  const stage = new Stage();
  await Promise.all(stage.play([RESTLESS, GOOD], [RESTLESS, GOOD], [GOOD]));
  expect(stage.events.slice(-5)).toEqual(['2 ends', '0 begins', '0 ends', '1 begins', '1 ends']);
});

test('a group that could not be played does not keep others from their second try', async () => {
  const outcomes = await Promise.allSettled(
    new Stage().play([], [RESTLESS, GOOD], [RESTLESS], [RESTLESS, GOOD]),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled']);
});

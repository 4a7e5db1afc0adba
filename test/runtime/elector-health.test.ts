/** What an elector says of itself and its application: probes, and who leads. */
import { ACQUIRED, ENDED, OURS, TERM, THEIRS, running } from './election/candidate';
import { beginTime, endTime, pass, PlayedElector } from './support/played-elector';

beforeEach(beginTime);
afterEach(endTime);

const RENEWED = { ...OURS, version: 102 };

describe('health', () => {
  it.each<[string, () => Promise<PlayedElector> | PlayedElector, boolean, boolean]>([
    ['a member that has not read the Lease', () => PlayedElector.begun(), false, true],
    ['a standby', () => PlayedElector.standby(THEIRS), true, true],
    ['one that begins to lead', () => PlayedElector.starting(), true, false],
    ['one that leads', () => PlayedElector.serving(), true, true],
  ])('of %s', async (_, make, isReady, hasStarted) => {
    const { health } = (await make()).elector;

    expect(health).toMatchObject({ isWell: true, isReady, hasStarted, isGood: true });
    expect(await health.isAlive()).toBe(true);
  });

  it('is bad without the pipes', async () => {
    const { gate, elector } = await PlayedElector.standby(THEIRS);
    gate.isOpen = false;

    expect(elector.health).toMatchObject({ isWell: false, isReady: false });
  });

  it('is not ready with a gate that reads another clock', async () => {
    const { gate, elector } = await PlayedElector.standby(THEIRS);
    gate.isFit = false;

    expect(elector.health).toMatchObject({ isWell: true, isReady: false });
  });

  it('is not good after a start that failed', async () => {
    const { gate, elector } = await PlayedElector.starting();
    gate.onWord(ENDED);

    expect(elector.health.isGood).toBe(false);
  });

  it('has started when what runs is not of this lead', async () => {
    const { gate, elector } = await PlayedElector.standby(THEIRS);
    gate.onWord(running(99));

    expect(elector.health.hasStarted).toBe(false);
  });
});

describe('liveness', () => {
  const isAlive = ({ elector }: PlayedElector): Promise<boolean> => elector.health.isAlive();

  /** What runs goes on to say so. */
  async function runsOn(member: PlayedElector, milliseconds: number): Promise<boolean> {
    await pass(milliseconds);
    member.gate.onWord(running());
    return isAlive(member);
  }

  it('ends when the application runs and its gate has been silent for two seconds', async () => {
    const member = await PlayedElector.serving();
    await pass(1999);
    expect(await isAlive(member)).toBe(true);
    await pass(1);
    expect(await isAlive(member)).toBe(false);
    member.gate.onWord(running());

    expect(await isAlive(member)).toBe(true);
  });

  it('needs no heartbeats of a gate that waits', async () => {
    const member = await PlayedElector.standby(THEIRS);
    await pass(9000);

    expect(await isAlive(member)).toBe(true);
  });

  it('ends when the application has not answered its gate for seven seconds while it serves', async () => {
    const member = await PlayedElector.serving();
    await pass(2501);
    await member.lease.answer('renew', RENEWED);
    expect(await runsOn(member, 4498)).toBe(true);
    expect(await runsOn(member, 1)).toBe(false);
    expect(member.elector.state.lead?.phase).toBe('serving');
    member.gate.onAnswer(TERM);

    expect(await isAlive(member)).toBe(true);
  });

  it('needs no answer of an application that starts', async () => {
    const member = await PlayedElector.starting();
    await pass(2501);
    await member.lease.answer('renew', RENEWED);
    await pass(5000);
    member.gate.onWord(running());

    expect(member.elector.state.lead?.phase).toBe('starting');
    expect(await isAlive(member)).toBe(true);
  });

  it('ends when an application that shall stop runs on for longer than it takes to kill it', async () => {
    const member = await PlayedElector.serving();
    member.elector.leave();

    expect(await runsOn(member, 1000)).toBe(true);
    expect(await runsOn(member, 1500)).toBe(true);
    expect(await runsOn(member, 1)).toBe(false);
    member.gate.onWord(ENDED);
    expect(await isAlive(member)).toBe(true);
  });

  it('ends when an application runs on without a lead', async () => {
    const member = await PlayedElector.standby(THEIRS);
    member.gate.onWord(running());

    expect(await runsOn(member, 2500)).toBe(true);
    expect(await runsOn(member, 1)).toBe(false);
  });

  it('is not what an earlier application has used up', async () => {
    const member = await PlayedElector.standby(THEIRS);
    member.gate.onWord(running());
    await pass(2000);
    member.gate.onWord(ENDED);
    member.gate.onWord(running());

    expect(await runsOn(member, 2000)).toBe(true);
  });
});

describe('who leads', () => {
  it.each<[string, () => Promise<PlayedElector> | PlayedElector, object]>([
    [
      'before it is known',
      () => PlayedElector.begun(),
      { pod: null, since: null, term: null, phase: 'standby' },
    ],
    [
      'nobody',
      () => PlayedElector.standby(undefined),
      { pod: null, since: null, term: null, phase: 'standby' },
    ],
    [
      'another',
      () => PlayedElector.standby(THEIRS),
      { pod: 'app-1', since: 'noon', term: null, phase: 'standby' },
    ],
    [
      'this member',
      () => PlayedElector.serving(),
      { pod: 'app-0', since: ACQUIRED, term: TERM, phase: 'serving' },
    ],
  ])('is told: %s', async (_, make, expected) => {
    expect((await make()).elector.leader).toEqual({ self: 'app-0', ...expected });
  });
});

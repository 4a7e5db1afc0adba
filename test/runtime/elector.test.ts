/** The elector with its parts played by the test: what the election decides is done, and what comes of it is told. */
import {
  ACQUIRED,
  ENDED,
  FREE,
  NONE,
  OURS,
  TERM,
  THEIRS,
  TIMING,
  WAITING,
  running,
} from './election/candidate';
import { beginTime, endTime, pass, PlayedElector, soon } from './support/played-elector';

beforeEach(beginTime);
afterEach(endTime);

/** Of what was done, that which begins so. */
const only = (done: readonly unknown[], ...words: readonly string[]) =>
  done.filter((each) => Array.isArray(each) && words.includes(String(each[0])));

const CLAIM = { base: FREE, duration: 10_000, counted: 10_000, transitions: 4, acquired: ACQUIRED };
const RENEWED = { ...OURS, version: 102 };

describe('an elector', () => {
  it('begins with its gate and its routes, and reads the Lease', () => {
    expect(PlayedElector.begun().done).toEqual([['open'], ['watch'], ['read', 2500]]);
  });

  it('takes a Lease that is free, and lets the gate start until the sending plus the deadline', async () => {
    const member = await PlayedElector.standby(FREE);
    expect(member.done).toContainEqual(['claim', CLAIM, 2500]);
    await pass(300);
    await member.lease.answer('claim', OURS);

    expect(member.done).toEqual([
      ['begin', TERM],
      ['allow', { until: 1000 + 7000, term: TERM, gate: '500' }, true],
    ]);
  });

  it('takes one that is held when its time has come, a moment later, and not before', async () => {
    const member = await PlayedElector.standby(THEIRS);
    member.forget();
    await pass(10_000);
    expect(member.done).toEqual([]);
    await pass(1);

    expect(only(member.done, 'claim')).toHaveLength(1);
  });

  it('makes one that is missing', async () => {
    const member = await PlayedElector.standby(undefined);

    expect(member.done).toContainEqual(['ensure', 2500, 10_000]);
    await member.lease.answer('ensure', 'refused');
    expect(member.done).toEqual([['read', 4000]]);
  });

  it('sleeps, and does not spin, when a Lease was edited to last for years', async () => {
    const member = await PlayedElector.standby({ ...THEIRS, duration: 1e12 });
    const { looks } = member;
    await pass(60_000);

    expect(member.looks).toBe(looks);
  });

  it('has one timer, however much happens', async () => {
    const member = await PlayedElector.standby(THEIRS);
    const count = jest.getTimerCount();
    for (let times = 0; times < 3; times += 1) member.gate.onWord(WAITING);

    expect(jest.getTimerCount()).toBe(count);
  });

  it('has no timer when there is nothing to wait for', async () => {
    const member = await PlayedElector.standby(undefined);
    await soon(() => jest.getTimerCount() === 0, 'the end of its watch');

    expect(only(member.done, 'ensure')).toHaveLength(1);
  });

  it('takes up the lead of a former process', async () => {
    const member = PlayedElector.begun({ former: { until: 8000, term: TERM, gate: '500' } });
    member.gate.onWord(running());
    await member.lease.answer('read', OURS);

    expect(member.notes).toEqual([{ what: 'resumed', term: TERM }]);
  });

  it('does what it is told while it acts after that, and not in between', async () => {
    const member = await PlayedElector.serving();
    member.forget();
    member.gate.lastWord = ENDED;
    await pass(7001);

    expect(only(member.done, 'forbid', 'stand-by', 'release')).toEqual([
      ['forbid'],
      ['stand-by'],
      ['forbid'],
      ['release', { acquired: ACQUIRED, transitions: 4, hasAnnotations: true }, 2500],
    ]);
  });

  it('ends, when it is told to and holds nothing', async () => {
    const member = await PlayedElector.standby(THEIRS);
    member.forget();
    member.elector.end();

    expect(member.done).toEqual([['exit']]);
  });

  it('leaves: it stops its application at once', async () => {
    const member = await PlayedElector.serving();
    member.forget();
    member.elector.leave();

    expect(member.done).toEqual([['forbid']]);
  });

  it('that is asked to give up looks for a successor first, and names it when it releases', async () => {
    const member = await PlayedElector.serving();
    member.forget();
    member.elector.giveUp();
    expect(member.done).toEqual([['find-successor']]);
    await pass(0);
    expect(member.done).toEqual([['forbid']]);
    member.router.preferred = 'app-1';
    member.gate.onWord(ENDED);

    expect(only(member.done, 'release')).toEqual([
      ['release', { acquired: ACQUIRED, transitions: 4, preferred: 'app-1', hasAnnotations: true }, 2500],
    ]);
  });

  it('knows of a Lease without annotations when it releases it', async () => {
    const member = await PlayedElector.standby(FREE);
    await member.lease.answer('claim', { ...OURS, counted: undefined });
    member.gate.onWord(NONE);
    await member.lease.answer('claim', 'refused');
    await member.lease.answer('read', { ...OURS, version: 102, counted: undefined });

    expect(only(member.done, 'release')).toEqual([
      ['release', { acquired: ACQUIRED, transitions: 4, hasAnnotations: false }, 2500],
    ]);
  });
});

describe('a renewal', () => {
  it('may take as long as the deadline, and goes on another connection when it is repeated', async () => {
    const member = await PlayedElector.serving();
    member.forget();
    await pass(2501);
    expect(member.done).toEqual([['renew', 7000, false]]);
    await pass(600);

    expect(member.done).toEqual([['renew', 7000, true]]);
  });

  it('counts from its sending, for the gate and for the routes', async () => {
    const member = await PlayedElector.serving();
    await pass(2501);
    member.forget();
    await pass(400);
    await member.lease.answer('renew', RENEWED);

    expect(member.done).toEqual([
      ['renewed', 3501],
      ['allow', { until: 3501 + 7000, term: TERM, gate: '500' }, false],
    ]);
  });

  it.each([
    ['refused', 'refused'],
    ['answered with nothing that says anything', 'failed'],
    ['not answered', new Error('no answer')],
  ] as const)('proves nothing to the routes when it is %s', async (_, answer) => {
    const member = await PlayedElector.serving();
    await pass(2501);
    await member.lease.answer('renew', answer);

    expect(only(member.done, 'renewed')).toEqual([]);
  });

  it('is what the routes hear of, and no other request is', async () => {
    const member = await PlayedElector.serving();

    expect(only(member.done, 'renewed')).toEqual([]);
  });

  it('is measured in seconds, and no other request is', async () => {
    const member = await PlayedElector.serving();
    await pass(2501);
    await pass(400);
    await member.lease.answer('renew', RENEWED);

    expect(await member.metric('renewal_seconds_count')).toEqual([expect.stringMatching(/ 1$/)]);
    expect(await member.metric('renewal_seconds_sum')).toEqual([expect.stringMatching(/ 0\.40*\d*$/)]);
  });
});

describe('requests', () => {
  const timing = { ...TIMING, retryPeriod: 1000 };

  /** `request result number`, each. */
  async function countsOf(member: PlayedElector): Promise<readonly string[]> {
    const counts = await member.metric('cdk8s_ha_lease_requests_total');
    return counts
      .map((line) => line.replace(/^.*request="(\w+)",result="(\w+)".* (\d+)$/, '$1 $2 $3'))
      .sort();
  }

  it('are given more time after each reading that failed, up to four seconds', async () => {
    const member = PlayedElector.begun({ settings: { timing } });
    for (let failures = 0; failures < 5; failures += 1) {
      await member.lease.answer('read', new Error('no answer'));
      await pass(2000);
    }

    expect(only(member.done, 'read')).toEqual(
      [1000, 2000, 3000, 4000, 4000, 4000].map((time) => ['read', time]),
    );
  });

  it('are given more time after each write that failed', async () => {
    const member = await PlayedElector.standby(FREE, { settings: { timing } });
    await member.lease.answer('claim', 'failed');
    await pass(2000);

    expect(only(member.done, 'read')).toEqual([
      ['read', 1000],
      ['read', 2000],
    ]);
  });

  it('are given no more than the deadline', () => {
    const short = { leaseDuration: 3000, renewDeadline: 900, retryPeriod: 1000, killAfter: 1000 };

    expect(PlayedElector.begun({ settings: { timing: short } }).done).toContainEqual(['read', 900]);
  });

  it('are counted by what came of them', async () => {
    const member = PlayedElector.begun();
    member.gate.onWord(WAITING);
    await member.lease.answer('read', new Error('no answer'));
    await pass(1000);
    await member.lease.answer('read', FREE);
    await member.lease.answer('claim', 'refused');
    await member.lease.answer('read', { ...FREE, version: 105 });
    await member.lease.answer('claim', new Error('no answer'));
    await pass(1000);
    await member.lease.answer('read', { ...FREE, version: 106 });
    await member.lease.answer('claim', { ...OURS, version: 107, acquired: 'later' });

    expect(await countsOf(member)).toEqual([
      'acquire done 1',
      'acquire failed 1',
      'acquire refused 1',
      'read done 3',
      'read failed 1',
    ]);
  });

  it('are counted when a Lease is made, and when it is given up', async () => {
    const maker = await PlayedElector.standby(undefined);
    await maker.lease.answer('ensure', 'refused');
    const leader = await PlayedElector.serving();
    leader.gate.onWord(ENDED);
    await leader.lease.answer('release', { ...FREE, version: 103 });

    expect(await countsOf(maker)).toContain('ensure refused 1');
    expect(await countsOf(leader)).toContain('release done 1');
  });
});

describe('clients', () => {
  it('are led here when the application serves, as long as the lead lasts', async () => {
    const member = await PlayedElector.starting();
    expect(only(member.done, 'lead')).toEqual([]);
    member.gate.onAnswer(TERM);

    expect(member.done).toEqual([['lead', TERM]]);
    expect(member.router.left()).toBe(7000);
    await pass(1000);
    expect(member.router.left()).toBe(6000);
  });

  it.each<[string, (member: PlayedElector) => void]>([
    [
      'stops',
      (member) => {
        member.elector.leave();
      },
    ],
    [
      'has ended',
      (member) => {
        member.gate.onWord(ENDED);
      },
    ],
  ])('have no time left for a lead whose application %s', async (_, end) => {
    const member = await PlayedElector.serving();
    end(member);

    expect(member.router.left()).toBe(0);
  });

  it('have no time left for a lead when this member has begun another', async () => {
    const member = await PlayedElector.serving();
    const { left } = member.router;
    member.gate.onWord({ word: 'waiting', id: '501' });
    member.gate.onWord({ word: 'waiting', id: '501' });
    await member.lease.answer('claim', { ...OURS, version: 104 });
    member.gate.onWord({ word: 'running', id: '501', term: 104 });
    member.gate.onAnswer(104);

    expect(member.router.left()).toBe(7000);
    expect(left()).toBe(0);
  });

  it('are refused when there is no successor in time', async () => {
    const member = await PlayedElector.serving();
    member.gate.onWord(ENDED);
    await member.lease.answer('release', { ...FREE, version: 103 });
    member.forget();
    await pass(1001);

    expect(member.done).toEqual([['withdraw', TERM]]);
  });
});

it('people are told of each step, and how long the application has taken to start', async () => {
  const member = await PlayedElector.starting();
  await pass(1500);
  member.gate.onAnswer(TERM);

  expect(member.notes).toEqual([
    { what: 'acquired', term: TERM },
    { what: 'serving', term: TERM },
  ]);
  expect(await member.metric('start_seconds_sum')).toEqual([expect.stringMatching(/ 1\.5$/)]);
  expect(await member.metric('start_seconds_count')).toEqual([expect.stringMatching(/ 1$/)]);
});

/** The elector of a group that may outlast its API server, beside the other members. */
import { ACQUIRED, OURS, TERM, THEIRS, TIMING } from './election/candidate';
import { beginTime, endTime, pass, PlayedElector } from './support/played-elector';

beforeEach(beginTime);
afterEach(endTime);

const failsafe = { members: ['app-0', 'app-1'], longest: 60_000 };
const REQUEST = { holder: OURS.holder, acquired: ACQUIRED, term: TERM, duration: TIMING.leaseDuration };

/** A leader whose Lease says whom it asks. */
async function leader(): Promise<PlayedElector> {
  const member = await PlayedElector.serving({ settings: { failsafe } });
  await member.lease.answer('claim', { ...OURS, version: 102, failsafe });
  member.forget();
  return member;
}

it('asks them when its renewal is not answered', async () => {
  const member = await leader();
  await pass(TIMING.retryPeriod + 1);
  expect(member.done).toEqual([['renew', TIMING.renewDeadline, false]]);
  await pass(TIMING.retryPeriod / 4);

  expect(member.done).toEqual([
    ['ask-peers', REQUEST, TIMING.renewDeadline],
    ['renew', TIMING.renewDeadline, true],
  ]);
});

it('goes on for as long as they promise', async () => {
  const member = await leader();
  member.peers.onEvent({ type: 'promised', by: 'app-1', term: TERM, until: 9000 });

  expect(member.done).toEqual([['allow', { until: 9000, term: TERM, gate: '500' }, false]]);
});

it('tells another what comes of its question', async () => {
  const member = await PlayedElector.standby(THEIRS, { settings: { failsafe } });
  member.forget();
  member.peers.onEvent({ type: 'asked', id: 7, request: { ...REQUEST, holder: 'app-1_uid-9' } });

  expect(member.done).toEqual([
    ['reply', 7, 'has not lost the API server'],
    ['read', TIMING.retryPeriod],
  ]);
});

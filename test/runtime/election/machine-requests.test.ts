/** What a member asks of the API server at most: failures are answered by patience, and there is a limit to everything. */
import fc from 'fast-check';
import type { Action, Answer } from '../../../runtime/election/events';
import type { LeaseRecord } from '../../../runtime/election/state';
import { Candidate, FREE, MADE, OURS, THEIRS, names } from './candidate';

const REQUESTS = ['read', 'ensure', 'acquire', 'renew', 'restate', 'release'];
const A_MINUTE = 60_000;

function requestsOf(actions: readonly Action[]): readonly string[] {
  return names(actions).filter((name) => REQUESTS.includes(name));
}

/** Moments at which it asks for the Lease, which reads as it did each time that it is not given. */
function attempts(answer: Answer, record: LeaseRecord): readonly number[] {
  const candidate = Candidate.standby(record);
  const began = candidate.now;
  return Array.from({ length: 6 }, () => {
    const asked = candidate.now - began;
    let acts = candidate.answer('acquire', answer);
    if (!names(acts).includes('read')) acts = candidate.wait(candidate.sleep);

    expect(names(acts)).toEqual(['read']);
    expect(names(candidate.reads(record))).toEqual(['acquire']);
    return asked;
  });
}

it('a Lease that is refused, though nobody has changed it, is asked for less and less often', () => {
  expect(attempts('refused', FREE)).toEqual([0, 0, 625, 1875, 4375, 9375]);
});

it('a Lease that is not answered for is asked for less and less often', () => {
  expect(attempts('failed', FREE)).toEqual([0, 625, 1875, 4375, 9375, 14_375]);
});

it('one that others change is asked for at once, however often that was', () => {
  const candidate = Candidate.standby(FREE);
  for (const version of [110, 120, 130]) {
    expect(names(candidate.answer('acquire', 'refused'))).toEqual(['read']);
    expect(names(candidate.reads({ ...FREE, version }))).toEqual(['acquire']);
  }
});

it('a write that succeeds makes good for those that failed', () => {
  const candidate = Candidate.standby(THEIRS);
  candidate.reads(undefined);
  candidate.answer('ensure', 'failed');
  candidate.wait(625);
  candidate.reads(undefined);
  candidate.answer('ensure', MADE);
  candidate.wait(10_000);

  candidate.answer('acquire', 'failed');
  expect(candidate.sleep).toBe(625);
});

/** What the API server makes of a request. */
const whim = fc.record({
  answer: fc.constantFrom('given', 'refused', 'failed'),
  changes: fc.boolean(),
  after: fc.constantFrom(0, 0, 1, 40, 700),
});

it('asks no more than 120 times in any minute, whatever the API server does', () => {
  fc.assert(
    fc.property(fc.array(whim, { minLength: 50, maxLength: 400 }), fc.boolean(), (whims, leads) => {
      const candidate = leads ? Candidate.leading() : Candidate.standby(FREE);
      const sent: number[] = [];
      let version = 200;
      let open: readonly string[] = leads ? [] : ['acquire'];
      for (const { answer, changes, after } of whims) {
        candidate.now += after === 0 && open.length === 0 ? Math.min(candidate.sleep, 1000) : after;
        const record = { ...(leads ? OURS : FREE), version: changes ? (version += 1) : version };
        const [request] = open;
        const acts = request === undefined ? candidate.wait(0) : hear(candidate, request, answer, record);
        const asked = requestsOf(acts);
        open = [...open.slice(1), ...asked];
        sent.push(...asked.map(() => candidate.now));
      }

      const most = Math.max(
        0,
        ...sent.map((from) => sent.filter((at) => at >= from && at < from + A_MINUTE).length),
      );
      expect(most).toBeLessThanOrEqual(120);
    }),
    { numRuns: 60 },
  );
});

function hear(candidate: Candidate, request: string, answer: string, record: LeaseRecord): readonly Action[] {
  if (request === 'read')
    return answer === 'failed' ? candidate.take({ type: 'unread' }) : candidate.reads(record);
  const to = request === 'renew' || request === 'restate' || request === 'release' ? request : 'acquire';
  return candidate.answer(to, answer === 'refused' || answer === 'failed' ? answer : record);
}

describe('a leader whose Lease somebody edits all the time', () => {
  it('renews all the same: nothing else may use up the requests for that', () => {
    const leader = Candidate.leading();
    let asked = 0;
    const sent: string[] = [];
    for (let version = 200; version < 2200; version += 1) {
      const acts = [...leader.wait(10), ...leader.sees({ ...OURS, version, counted: 3000 })];
      const requests = requestsOf(acts);
      sent.push(...requests);
      asked += requests.length;
      if (requests.includes('restate')) leader.answer('restate', 'refused');
      if (requests.includes('renew')) leader.answer('renew', { ...OURS, version });
    }

    expect(leader.phase).toBe('serving');
    expect(sent.filter((request) => request === 'renew').length).toBeGreaterThanOrEqual(7);
    expect(asked).toBeLessThanOrEqual(60);
  });
});

it('a leader without an answer has a request for each repetition until its deadline', () => {
  const leader = Candidate.leading();
  const sent: string[] = [];
  while (leader.now < 8000) sent.push(...requestsOf(leader.wait(leader.sleep)));

  expect(sent.filter((request) => request === 'renew')).toHaveLength(21);
});

it('timings that are shorter have their renewals, twice', () => {
  const timing = { leaseDuration: 1000, renewDeadline: 300, retryPeriod: 100, killAfter: 100 };
  const leader = Candidate.leading(OURS, { timing });
  for (let version = 200; version < 500; version += 1) {
    const [request] = requestsOf(leader.wait(100));
    if (request === 'renew') leader.answer('renew', { ...OURS, version });
  }

  expect(leader.phase).toBe('serving');
});

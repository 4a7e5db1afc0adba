/** What a member asks of the API server at most: failures are answered by patience, and there is a limit to everything. */
import fc from 'fast-check';
import type { Action, Answer } from '../../../runtime/election/events';
import type { LeaseRecord } from '../../../runtime/election/state';
import { acquiredAt, Candidate, FREE, MADE, OURS, THEIRS, WAITING, names, notes } from './candidate';

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

describe('of requests, a member', () => {
  /** How many it sends in this moment for a Lease that others change all the time. */
  function burst(candidate: Candidate, acts: readonly Action[]): number {
    let { version } = candidate.state.seen?.record ?? OURS;
    let sent = 0;
    for (let [request] = requestsOf(acts); request !== undefined; [request] = requestsOf(acts)) {
      sent += 1;
      acts =
        request === 'read'
          ? candidate.reads({ ...FREE, version: (version += 1) })
          : candidate.answer('acquire', 'refused');
    }
    return sent;
  }

  it('sends twenty at once, and then one in 667 ms', () => {
    const candidate = new Candidate();
    candidate.hears(WAITING);

    expect(burst(candidate, [{ do: 'read' }])).toBe(20);
    for (let more = 0; more < 3; more += 1) {
      expect(candidate.sleep).toBe(667);
      expect(candidate.wait(666)).toEqual([]);
      expect(burst(candidate, candidate.wait(1))).toBe(1);
    }
  });

  it('counts a lead from the moment in which it could ask for it', () => {
    const candidate = new Candidate();
    candidate.hears(WAITING);
    burst(candidate, [{ do: 'read' }]);
    candidate.wait(667);

    expect(names(candidate.reads({ ...FREE, version: 900 }))).toEqual(['note']);
    expect(candidate.wait(667)).toMatchObject([{ claim: { acquired: acquiredAt(candidate.now) } }]);
  });

  it('sends as many again after a rest, and not more', () => {
    const candidate = new Candidate();
    candidate.hears(WAITING);
    burst(candidate, [{ do: 'read' }]);
    candidate.now += 60_000;

    expect(burst(candidate, candidate.wait(0))).toBe(20);
  });
});

describe('a member that has asked as often as it may', () => {
  it('says so, once for each time that it waits', () => {
    const candidate = new Candidate();
    candidate.hears(WAITING);
    const said: unknown[] = [];
    for (let version = 200; said.length === 0; version += 2) {
      said.push(
        ...notes(candidate.reads({ ...FREE, version })),
        ...notes(candidate.answer('acquire', 'refused')),
      );
    }

    expect(said).toEqual([{ what: 'waits', request: 'read' }]);
    expect(notes(candidate.wait(1))).toEqual([]);
  });

  it('says so of a renewal', () => {
    const timing = { leaseDuration: 10_000, renewDeadline: 7000, retryPeriod: 100, killAfter: 2000 };
    const leader = Candidate.leading(OURS, { timing });
    const said: unknown[] = [];
    while (leader.now < 6000) said.push(...notes(leader.wait(leader.sleep)));

    expect(said).toContainEqual({ what: 'waits', request: 'renew' });
  });
});

describe('a leader that has asked as often as it may', () => {
  const edit = (version: number, changes: Partial<LeaseRecord>) => ({ ...OURS, version, ...changes });

  /** It has taken its Lease back until it could not pay for more. */
  function exhausted(): Candidate {
    const leader = Candidate.leading();
    for (let version = 200; leader.state.askAt <= leader.now; version += 2) {
      leader.sees(edit(version, { holder: '' }));
      leader.answer('restate', edit(version + 1, {}));
    }
    return leader;
  }

  it('says of an edit that it refuses it when it can put it back, and once', () => {
    const leader = exhausted();

    expect(leader.sees(edit(500, { duration: 3000 }))).toEqual([]);
    expect(names(leader.wait(leader.sleep))).toEqual(['note', 'restate']);
    expect(leader.wait(1)).toEqual([]);
  });
});

it('a leader with short times renews thirty times at once, and then as often as two for each period', () => {
  const timing = { leaseDuration: 10_000, renewDeadline: 7000, retryPeriod: 100, killAfter: 2000 };
  const leader = Candidate.leading(OURS, { timing });
  const sent: number[] = [];
  while (leader.now < 6000) if (requestsOf(leader.wait(leader.sleep)).length > 0) sent.push(leader.now);

  const pauses = sent.slice(1).map((at, index) => at - (sent[index] ?? 0));
  expect(new Set(pauses.slice(0, 55))).toEqual(new Set([25]));
  expect(new Set(pauses.slice(60))).toEqual(new Set([50]));
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

/** How a leader outlasts an API server that is away: what it asks, what it counts on, and what a promise binds to. */
import type { PromiseRequest } from '../../../runtime/election/events';
import type { LeaseRecord } from '../../../runtime/election/state';
import {
  ACQUIRED,
  Candidate,
  FREE,
  MADE,
  OURS,
  TERM,
  THEIRS,
  TIMING,
  WAITING,
  names,
  notes,
} from './candidate';

const FAILSAFE = { members: ['app-0', 'app-1', 'app-2'], longest: 60_000 };
const LEASE: LeaseRecord = { ...OURS, failsafe: FAILSAFE };

/** The leader's first moment: it counts from then. */
const BEGAN = 1000;

const leader = (record = LEASE) => Candidate.leading(record, { failsafe: FAILSAFE });

const REQUEST = { holder: 'app-0_uid-0', acquired: ACQUIRED, term: TERM, duration: TIMING.leaseDuration };

/** Lets a renewal be sent, and not be answered for as long as it takes to be repeated. */
function unanswered(elector: Candidate) {
  elector.wait(TIMING.retryPeriod);
  return elector.wait(TIMING.retryPeriod / 4);
}

const asks = (elector: Candidate) => names(unanswered(elector)).includes('ask-peers');

const promised = (elector: Candidate, by: string, until: number, term = TERM) =>
  elector.take({ type: 'promised', by, term, until });

describe('a leader', () => {
  it('asks nobody while its renewals are answered', () => {
    const elector = leader();

    expect(names(elector.wait(TIMING.retryPeriod))).toEqual(['renew']);
    elector.answer('renew', { ...LEASE, version: 102 });
    expect(names(elector.wait(TIMING.retryPeriod))).toEqual(['renew']);
  });

  it('asks all others when a renewal is not answered, for a lease, and counts on the deadline', () => {
    expect(unanswered(leader())).toEqual([
      { do: 'ask-peers', request: REQUEST, counted: TIMING.renewDeadline },
      { do: 'renew', fresh: true },
    ]);
  });

  it.each([
    ['nothing', undefined],
    ['other members', { ...FAILSAFE, members: ['app-0', 'app-1'] }],
    ['another time', { ...FAILSAFE, longest: 50_000 }],
  ])('asks nobody while the Lease says %s of it', (_, failsafe) => {
    expect(asks(leader({ ...OURS, ...(failsafe && { failsafe }) }))).toBe(false);
  });

  it('asks nobody while its Lease is gone', () => {
    const elector = leader();
    elector.take({ type: 'unwatched' });
    elector.reads(undefined);

    expect(asks(elector)).toBe(false);
  });

  it('asks nobody if it was not told to', () => {
    expect(asks(Candidate.leading(LEASE))).toBe(false);
  });

  it('asks nobody while it gives the lead up', () => {
    const elector = leader();
    elector.take({ type: 'give-up' });

    expect(asks(elector)).toBe(false);
  });

  it('goes on for as long as the first promise to end lets it', () => {
    const elector = leader();
    unanswered(elector);
    promised(elector, 'app-1', 11_000);
    const [allowed] = promised(elector, 'app-2', 10_500);

    expect(allowed).toEqual({
      do: 'allow',
      deadline: { until: 10_500, term: TERM, gate: '500' },
      ring: false,
    });
    elector.wait(10_499 - elector.now);
    expect(elector.phase).toBe('serving');
    elector.wait(1);
    expect(elector.phase).toBe('standby');
  });

  it('stops at its deadline when one other is silent', () => {
    const elector = leader();
    unanswered(elector);
    promised(elector, 'app-1', 11_000);
    elector.wait(BEGAN + TIMING.renewDeadline - elector.now);

    expect(elector.phase).toBe('standby');
  });

  it('is not kept for less by promises than by its renewals', () => {
    const elector = leader();
    for (const by of ['app-1', 'app-2']) promised(elector, by, 3000);

    expect(elector.state.lead?.until).toBe(BEGAN + TIMING.renewDeadline);
  });

  it('does not believe that an earlier question gave more than a later one', () => {
    const elector = leader();
    for (const until of [11_000, 10_000]) promised(elector, 'app-1', until);
    promised(elector, 'app-2', 12_000);

    expect(elector.state.lead?.until).toBe(11_000);
  });

  it('stops at the longest time after its last renewal, whatever is promised', () => {
    const elector = leader();
    for (const by of ['app-1', 'app-2']) promised(elector, by, 90_000);

    expect(elector.state.lead?.until).toBe(BEGAN + FAILSAFE.longest);
  });

  it('begins to count that time anew with each renewal', () => {
    const elector = leader();
    elector.wait(TIMING.retryPeriod);
    elector.answer('renew', { ...LEASE, version: 102 });
    for (const by of ['app-1', 'app-2']) promised(elector, by, 90_000);

    expect(elector.state.lead?.until).toBe(BEGAN + TIMING.retryPeriod + FAILSAFE.longest);
  });

  it('does not count on what was promised to another term', () => {
    const elector = leader();
    for (const by of ['app-1', 'app-2']) promised(elector, by, 12_000, TERM - 1);

    expect(elector.state.lead?.until).toBe(BEGAN + TIMING.renewDeadline);
  });

  it('that asks nobody goes on by no promise', () => {
    const elector = Candidate.leading();
    promised(elector, 'app-1', 12_000);

    expect(elector.state.lead?.until).toBe(BEGAN + TIMING.renewDeadline);
  });

  it('does not begin anew with promises that come when its deadline has passed', () => {
    const elector = leader();
    elector.now = BEGAN + TIMING.renewDeadline;
    for (const by of ['app-1', 'app-2']) promised(elector, by, 12_000);

    expect(elector.phase).toBe('standby');
  });

  it('takes no promise to go on while it stops', () => {
    const elector = leader();
    elector.take({ type: 'give-up' });
    for (const by of ['app-1', 'app-2']) promised(elector, by, 12_000);

    expect(elector.state.lead?.until).toBe(BEGAN + TIMING.renewDeadline);
  });

  it('says when nothing but promises keeps it, and when a renewal does again', () => {
    const elector = leader();
    unanswered(elector);
    for (const by of ['app-1', 'app-2']) promised(elector, by, 11_000);

    expect(notes(elector.wait(BEGAN + TIMING.renewDeadline - 1 - elector.now))).toEqual([]);
    expect(notes(elector.wait(1))).toEqual([{ what: 'failsafe-active' }]);
    expect(notes(elector.answer('renew', { ...LEASE, version: 102 }))).toEqual([{ what: 'failsafe-over' }]);
  });

  it('says so at the deadline that somebody has made shorter', () => {
    const elector = leader();
    elector.sees({ ...LEASE, version: 102, duration: 6000 });
    for (const by of ['app-1', 'app-2']) promised(elector, by, 9000);

    expect(notes(elector.wait(2999))).toEqual([]);
    expect(notes(elector.wait(1))).toEqual([{ what: 'failsafe-active' }]);
  });

  it('whose elector has restarted is prolonged by nothing but a renewal', () => {
    const former = { until: 9000, term: TERM, gate: '500' };
    const elector = new Candidate(former, { failsafe: FAILSAFE });
    elector.reads(LEASE);
    elector.hears({ word: 'running', id: '500', term: TERM });
    for (const by of ['app-1', 'app-2']) promised(elector, by, 12_000);
    expect(elector.state.lead?.until).toBe(9000);

    elector.answer('renew', { ...LEASE, version: 102 });
    for (const by of ['app-1', 'app-2']) promised(elector, by, 12_000);
    expect(elector.state.lead?.until).toBe(12_000);
  });
});

/** Of the leader that `THEIRS` is the Lease of. */
const THEIR_REQUEST = {
  holder: THEIRS.holder,
  acquired: THEIRS.acquired,
  term: 90,
  duration: TIMING.leaseDuration,
};

const asked = (elector: Candidate, changes: Partial<PromiseRequest> = {}) =>
  elector.take({ type: 'asked', id: 7, request: { ...THEIR_REQUEST, ...changes } });

const refusal = (why: string) => ({ do: 'reply', id: 7, reply: why });
const PROMISE = { do: 'reply', id: 7, reply: 'promised' };

/** Knows the Lease, and has lost the API server. */
function cutOff(record = THEIRS): Candidate {
  const elector = Candidate.standby(record);
  elector.take({ type: 'unwatched' });
  elector.take({ type: 'unread' });
  return elector;
}

describe('a member that is asked', () => {
  it('promises when it has lost the API server too', () => {
    expect(asked(cutOff())).toContainEqual(PROMISE);
  });

  it('does not know that at once: it reads the Lease, and promises when that has failed', () => {
    const elector = Candidate.standby(THEIRS);
    expect(asked(elector)).toEqual([refusal('has not lost the API server'), { do: 'read' }]);
    expect(asked(elector)).toEqual([refusal('has not lost the API server')]);
    elector.take({ type: 'unread' });

    expect(asked(elector)).toContainEqual(PROMISE);
  });

  it('reads the Lease once in a period, however often it is asked, and whether that succeeds or fails', () => {
    const elector = Candidate.standby(THEIRS);
    const isRead = () => names(asked(elector)).includes('read');
    expect(isRead()).toBe(true);
    elector.reads(THEIRS);
    elector.wait(TIMING.retryPeriod - 1);
    expect(isRead()).toBe(false);
    elector.wait(1);

    expect(isRead()).toBe(true);
  });

  it('reads nothing once it may take the Lease, and takes it, though a question is repeated all the time', () => {
    const elector = Candidate.standby(THEIRS);
    const asks = [];
    for (let time = 0; time < TIMING.leaseDuration; time += 250) {
      elector.wait(250);
      asks.push(...names(asked(elector)), ...names(elector.reads(THEIRS)));
    }

    expect(asks.at(-1)).toBe('acquire');
    elector.answer('acquire', 'refused');
    elector.reads(THEIRS);
    expect(names(asked(elector))).toEqual(['reply']);
  });

  it('takes the Lease in the very moment in which it may, though it is asked in it', () => {
    const elector = Candidate.standby(THEIRS);
    elector.now += TIMING.leaseDuration;

    expect(names(asked(elector))).toEqual(['reply', 'acquire']);
  });

  it('promises nothing while it knows nothing', () => {
    expect(asked(new Candidate())).toContainEqual(refusal('has not lost the API server'));
  });

  it('reads what it has promised to leave alone', () => {
    const elector = cutOff();
    elector.wait(TIMING.leaseDuration);
    elector.take({ type: 'unread' });
    asked(elector);
    elector.reads(THEIRS);
    elector.wait(TIMING.retryPeriod);

    expect(names(asked(elector))).toEqual(['reply', 'read']);
  });

  it('promises nothing more when the API server is back', () => {
    const elector = cutOff();
    asked(elector);
    elector.reads(THEIRS);

    expect(asked(elector)).toContainEqual(refusal('has not lost the API server'));
  });

  it('promises also when it has never seen the Lease, or an older one', () => {
    const restarted = new Candidate();
    restarted.take({ type: 'unread' });

    expect(asked(restarted)).toContainEqual(PROMISE);
    expect(asked(cutOff(), { term: THEIRS.version + 1, acquired: 'evening' })).toContainEqual(PROMISE);
  });

  it.each([
    ['of another holder', { holder: 'app-2_uid-2' }],
    ['of an earlier lead of that holder', { acquired: 'morning' }],
  ])('refuses one that it knows to be over: %s', (_, changes) => {
    expect(asked(cutOff(), changes)).toContainEqual(refusal('knows of another lead'));
  });

  it('refuses one of whose term it knows another holder', () => {
    const request = { term: THEIRS.version, holder: 'app-2_uid-2' };

    expect(asked(cutOff(), request)).toContainEqual(refusal('knows of another lead'));
  });

  it('reads nothing to refuse what it knows to be over', () => {
    expect(asked(Candidate.standby(THEIRS), { acquired: 'morning' })).toEqual([
      refusal('knows of another lead'),
    ]);
  });

  it('is bound by nothing that it has refused', () => {
    const elector = Candidate.standby(THEIRS);
    asked(elector, { duration: 2 * TIMING.leaseDuration });
    elector.reads(THEIRS);

    expect(names(elector.wait(TIMING.leaseDuration))).toEqual(['acquire']);
  });

  it('refuses a leader that has given the Lease up', () => {
    const elector = cutOff();
    elector.sees({ ...FREE, version: 105 });

    expect(asked(elector)).toContainEqual(refusal('knows of another lead'));
  });

  it('refuses one that is older than one to which it has promised', () => {
    const elector = cutOff({ ...THEIRS, version: 80 });
    asked(elector, { term: 100 });

    expect(asked(elector, { term: 99 })).toContainEqual(refusal('knows of another lead'));
  });

  it('refuses while it leads itself, or may take up a lead', () => {
    const former = { until: 9000, term: 80, gate: '500' };
    const restarted = new Candidate(former);
    restarted.take({ type: 'unread' });

    expect(asked(Candidate.leading())).toContainEqual(refusal('leads itself'));
    expect(asked(restarted)).toContainEqual(refusal('leads itself'));
  });

  it('refuses for as long as its own request for the Lease could make it lead', () => {
    const elector = Candidate.standby(THEIRS);
    elector.wait(TIMING.leaseDuration);
    elector.answer('acquire', 'failed');
    elector.take({ type: 'unread' });
    elector.wait(TIMING.renewDeadline - 1);
    expect(asked(elector, { term: THEIRS.version - 1 })).toContainEqual(refusal('may have taken the Lease'));
    expect(asked(elector, { term: THEIRS.version })).toContainEqual(refusal('may have taken the Lease'));
    elector.wait(1);

    expect(asked(elector)).toContainEqual(PROMISE);
  });

  it('promises also when it has asked for the Lease before the leader took it', () => {
    const elector = Candidate.standby({ ...FREE, version: 80 });
    elector.answer('acquire', 'failed');
    elector.take({ type: 'unread' });

    expect(asked(elector)).toContainEqual(PROMISE);
  });
});

describe('a promise', () => {
  /** Has promised in this moment, and could take the Lease otherwise. */
  function promising(): Candidate {
    const elector = cutOff();
    elector.wait(TIMING.leaseDuration);
    elector.take({ type: 'unread' });
    expect(asked(elector)).toContainEqual(PROMISE);
    return elector;
  }

  it('keeps its giver from the Lease for as long as it was asked, whatever becomes of the API server', () => {
    const elector = promising();
    expect(names(elector.reads(THEIRS))).toEqual([]);
    expect(names(elector.wait(TIMING.leaseDuration - 1))).toEqual([]);

    expect(names(elector.wait(1))).toEqual(['acquire']);
  });

  it('is looked at again when it ends', () => {
    const elector = promising();
    elector.reads(THEIRS);
    elector.wait(TIMING.retryPeriod);

    expect(elector.sleep).toBe(TIMING.leaseDuration - TIMING.retryPeriod);
  });

  it('does not get shorter by a shorter one', () => {
    const elector = promising();
    asked(elector, { duration: 10 });
    elector.reads(THEIRS);

    expect(names(elector.wait(TIMING.leaseDuration - 1))).toEqual([]);
  });

  it('keeps its giver from the Lease also when it turns out to have it', () => {
    const elector = Candidate.standby({ ...FREE, version: 80 });
    elector.answer('acquire', 'failed');
    elector.wait(TIMING.renewDeadline);
    elector.take({ type: 'unread' });
    expect(asked(elector, { term: 85 })).toContainEqual(PROMISE);

    expect(names(elector.reads({ ...OURS, version: 90 }))).toEqual([]);
    expect(names(elector.wait(TIMING.leaseDuration))).toEqual(['acquire']);
  });

  it('is over when its leader has given the Lease up', () => {
    const elector = promising();
    elector.reads({ ...FREE, version: 110 });

    expect(names(elector.wait(TIMING.retryPeriod))).toEqual(['acquire']);
  });

  it.each([85, 90])('of term 90 is not over because version %i of the Lease was given up', (version) => {
    const elector = cutOff({ ...THEIRS, version: 80 });
    asked(elector);
    elector.reads({ ...FREE, version });

    expect(names(elector.wait(TIMING.retryPeriod))).toEqual([]);
  });
});

it('a member that is forgotten by a restart watches the Lease for longer than its promise lasts', () => {
  const restarted = new Candidate();
  restarted.hears(WAITING);
  restarted.reads(THEIRS);

  expect(names(restarted.wait(TIMING.leaseDuration - 1))).toEqual([]);
  expect(names(restarted.wait(1))).toEqual(['acquire']);
});

describe('a leader whose Lease somebody has edited says again whom it asks', () => {
  const restated = (base: LeaseRecord) => ({
    do: 'restate',
    claim: { base, duration: 10_000, counted: 10_000, transitions: 4, acquired: ACQUIRED },
  });

  it.each([
    ['nothing', undefined],
    ['other members', { ...FAILSAFE, members: ['app-0', 'app-1'] }],
    ['another time', { ...FAILSAFE, longest: 50_000 }],
  ])('than %s', (_, failsafe) => {
    const edited = { ...OURS, version: 102, ...(failsafe && { failsafe }) };
    const elector = leader();

    expect(elector.sees(edited)).toEqual([restated(edited)]);
    expect(asks(elector)).toBe(false);
    elector.answer('restate', { ...LEASE, version: 103, renewed: 'evening' });
    expect(asks(elector)).toBe(true);
  });

  it('than anybody, if it asks nobody', () => {
    const edited = { ...LEASE, version: 102 };

    expect(Candidate.leading().sees(edited)).toEqual([restated(edited)]);
  });
});

describe('what somebody else writes of a holder', () => {
  const PLANTED = { members: ['nobody'], longest: 10 ** 12 };
  const MEMBERS = { members: ['app-1', 'app-2'], longest: 60_000 };
  /** To the millisecond. */
  const isTakenAfter = (elector: Candidate, wait: number) =>
    names(elector.wait(wait - 1)).length === 0 && names(elector.wait(1)).join() === 'acquire';

  it('lets nobody wait for longer', () => {
    const elector = Candidate.standby(THEIRS);
    elector.sees({ ...THEIRS, version: 105, counted: 10 ** 12, failsafe: PLANTED });
    elector.sees({ ...THEIRS, version: 106, counted: 10 ** 12, failsafe: PLANTED, renewed: 'evening' });

    expect(isTakenAfter(elector, TIMING.leaseDuration)).toBe(true);
  });

  it('lets nobody wait for less', () => {
    const elector = Candidate.standby({ ...THEIRS, failsafe: MEMBERS });
    elector.sees({ ...THEIRS, version: 105, counted: undefined });
    elector.sees({ ...THEIRS, version: 106, counted: undefined, renewed: 'evening' });

    expect(isTakenAfter(elector, TIMING.leaseDuration + MEMBERS.longest)).toBe(true);
  });

  it('is forgotten when the holder says something else', () => {
    const elector = Candidate.standby({ ...THEIRS, failsafe: PLANTED });
    elector.sees({ ...THEIRS, version: 105, renewed: 'evening' });

    expect(isTakenAfter(elector, TIMING.leaseDuration)).toBe(true);
  });

  it('is forgotten when the holder counts on another time', () => {
    const elector = Candidate.standby(THEIRS);
    elector.sees({ ...THEIRS, version: 105, renewed: 'evening', counted: 20_000 });

    expect(isTakenAfter(elector, 20_000)).toBe(true);
  });

  it('is true of another who takes the Lease as it was edited', () => {
    const elector = Candidate.standby({ ...THEIRS, failsafe: MEMBERS });
    elector.sees({ ...THEIRS, version: 105 });
    elector.sees({ ...THEIRS, version: 106, acquired: 'evening', renewed: 'evening' });

    expect(isTakenAfter(elector, TIMING.leaseDuration)).toBe(true);
  });

  it('is forgotten when another holds the Lease', () => {
    const elector = Candidate.standby({ ...THEIRS, failsafe: MEMBERS });
    elector.sees({ ...THEIRS, version: 105, acquired: 'evening', renewed: 'evening' });

    expect(isTakenAfter(elector, TIMING.leaseDuration)).toBe(true);
  });

  it('is believed for no more than a day by one that knows nothing else, also of a Lease that is gone', () => {
    const DAY = 24 * 3_600_000;
    expect(
      isTakenAfter(Candidate.standby({ ...THEIRS, failsafe: PLANTED }), TIMING.leaseDuration + DAY),
    ).toBe(true);

    const elector = Candidate.standby({ ...THEIRS, failsafe: PLANTED });
    elector.reads(undefined);
    elector.answer('ensure', { ...MADE, version: 110 });
    expect(isTakenAfter(elector, TIMING.leaseDuration + DAY)).toBe(true);
  });

  it('is not believed of a Lease that is gone either', () => {
    const elector = Candidate.standby(THEIRS);
    elector.sees({ ...THEIRS, version: 105, failsafe: PLANTED });
    elector.reads(undefined);
    elector.answer('ensure', { ...MADE, version: 110 });

    expect(isTakenAfter(elector, TIMING.leaseDuration)).toBe(true);
  });
});

describe('a member whom the holder does not ask', () => {
  const record = { ...THEIRS, failsafe: { members: ['app-1', 'app-2'], longest: 60_000 } };

  it('waits for as long as the holder may go on without it', () => {
    const elector = Candidate.standby(record);
    expect(names(elector.wait(TIMING.leaseDuration + 60_000 - 1))).toEqual([]);

    expect(names(elector.wait(1))).toEqual(['acquire']);
  });

  it('takes what was given up at once', () => {
    const elector = Candidate.standby(record);

    expect(names(elector.sees({ ...FREE, version: 105, failsafe: record.failsafe }))).toEqual(['acquire']);
  });

  it.each([0, 3])(
    'waits as long for a Lease that takes the place of a deleted one, after %i leads',
    (leads) => {
      const elector = Candidate.standby({ ...record, transitions: leads });
      elector.reads(undefined);
      elector.answer('ensure', { ...MADE, version: 110 });

      expect(names(elector.wait(TIMING.leaseDuration + 60_000 - 1))).toEqual([]);
    },
  );
});

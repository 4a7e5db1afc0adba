/** How a leader outlasts an API server that is away: whom it asks, and what it counts on. */
import type { LeaseRecord } from '../../../runtime/election/state';
import { ACQUIRED, Candidate, OURS, TERM, TIMING, names, notes } from './candidate';

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

/** How a leader gives the lead up, and how a member ends: the application first. */
import { ACQUIRED, Candidate, ENDED, FREE, NONE, OURS, THEIRS, WAITING, names, running } from './candidate';

const RELEASED = { ...FREE, version: 103, transitions: 4 };

describe('a leader that is asked to give up', () => {
  it('stops its application, and keeps the Lease until that has stopped', () => {
    const leader = Candidate.leading();

    expect(leader.take({ type: 'give-up' })).toEqual([{ do: 'forbid' }]);
    expect(leader.phase).toBe('stopping');
    expect(leader.hears(running())).toEqual([]);
    expect(leader.hears(ENDED)).toEqual([
      { do: 'forbid' },
      { do: 'stand-by' },
      { do: 'note', note: { what: 'lost', term: 101, why: 'application stopped' } },
      { do: 'release', acquired: ACQUIRED },
    ]);
  });

  it('renews while its application stops, and allows nothing with that', () => {
    const leader = Candidate.stopping();

    expect(leader.wait(2500)).toEqual([{ do: 'renew', fresh: false }]);
    expect(leader.answer('renew', { ...OURS, version: 102 })).toEqual([]);
    expect(leader.state.lead?.until).toBe(leader.now + 7000);
  });

  it('is asked once, and not again', () => {
    const leader = Candidate.stopping();
    leader.wait(1000);

    expect(leader.take({ type: 'give-up' })).toEqual([]);
    expect(leader.state.standsAt).toBe(1000 + 10_000);
  });

  it('leaves the Lease to others for one duration', () => {
    const leader = Candidate.stopping();
    leader.hears(ENDED);
    leader.answer('release', RELEASED);

    expect(leader.hears({ word: 'waiting', id: '501' })).toEqual([]);
    expect(names(leader.wait(9999))).not.toContain('acquire');
    expect(leader.sleep).toBe(1);
    expect(names(leader.wait(1))).toContain('acquire');
  });

  it('is not what a standby is', () => {
    const standby = Candidate.standby(THEIRS);

    expect(standby.take({ type: 'give-up' })).toEqual([]);
    expect(names(standby.wait(10_000))).toEqual(['acquire']);
  });

  it('believes the gate only with what that says after it was forbidden', () => {
    const candidate = Candidate.starting();
    candidate.take({ type: 'give-up' });

    expect(candidate.state.gate).toEqual({ word: 'unknown' });
    expect(candidate.phase).toBe('stopping');
    expect(candidate.hears(WAITING)).toEqual([
      { do: 'forbid' },
      { do: 'stand-by' },
      { do: 'note', note: { what: 'lost', term: 101, why: 'application stopped' } },
    ]);
  });

  it('stops an application that its gate had started in that moment', () => {
    const candidate = Candidate.starting();
    candidate.take({ type: 'give-up' });

    expect(candidate.hears(running())).toEqual([]);
    expect(candidate.phase).toBe('stopping');
    expect(names(candidate.hears(ENDED))).toContain('release');
  });

  it('is not brought to serve by an answer of the application that stops', () => {
    const candidate = Candidate.starting();
    candidate.hears(running());
    candidate.take({ type: 'give-up' });

    expect(candidate.take({ type: 'answered', term: 101 })).toEqual([]);
    expect(candidate.phase).toBe('stopping');
  });

  it('has not failed to start when it ends before it answered', () => {
    const candidate = Candidate.starting();
    candidate.hears(running());
    candidate.take({ type: 'give-up' });
    candidate.hears(ENDED);

    expect(candidate.state.hasFailed).toBe(false);
  });
});

describe('a gate that was forbidden while it waited', () => {
  function lapsed(): Candidate {
    const candidate = Candidate.starting();
    candidate.wait(7000);
    return candidate;
  }

  it('counts as unknown until it speaks: nothing is released and nothing taken', () => {
    const candidate = lapsed();

    expect(candidate.state.gate).toEqual({ word: 'unknown' });
    expect(names(candidate.wait(20_000))).not.toContain('release');
    expect(names(candidate.sees({ ...FREE, version: 102 }))).not.toContain('acquire');
  });

  it.each([
    ['waits', WAITING, 'acquire'],
    ['is gone', NONE, 'release'],
    ['has ended', ENDED, 'release'],
    ['runs', running(), 'forbid'],
  ])('decides with its next word what follows: it %s', (_, gate, expected) => {
    expect(names(lapsed().hears(gate))).toEqual([expected]);
  });
});

describe('clients of a lead that is over', () => {
  it('are refused when there is no successor within a second', () => {
    const leader = Candidate.leading();
    leader.hears(ENDED);
    leader.answer('release', RELEASED);

    expect(leader.sleep).toBe(1000);
    expect(leader.wait(999)).toEqual([]);
    expect(leader.wait(1)).toEqual([{ do: 'withdraw', term: 101 }]);
    expect(leader.wait(1000)).toEqual([]);
  });

  it('are left to a successor', () => {
    const leader = Candidate.leading();
    leader.hears(ENDED);
    leader.answer('release', RELEASED);

    expect(leader.sees({ ...THEIRS, version: 104 })).toEqual([]);
    expect(leader.sleep).toBe(10_000);
    expect(leader.wait(1000)).toEqual([]);
  });

  it('wait no longer for a Lease that still has its former holder', () => {
    const leader = Candidate.leading();
    leader.wait(7000);

    expect(names(leader.wait(1000))).toContain('withdraw');
  });

  it('are refused when the Lease is deleted in the meantime', () => {
    const leader = Candidate.leading();
    leader.hears(ENDED);
    leader.answer('release', 'refused');
    leader.reads(undefined);

    expect(leader.wait(1000)).toEqual([{ do: 'withdraw', term: 101 }]);
  });

  it('are left to this member when it leads again', () => {
    const leader = Candidate.leading();
    leader.hears(ENDED);
    leader.answer('release', RELEASED);
    leader.hears({ word: 'waiting', id: '501' });
    leader.answer('acquire', { ...OURS, version: 104 });

    expect(leader.wait(1000)).toEqual([]);
  });
});

describe('a member that leaves', () => {
  it('stops what it leads, and gives it up when that has ended', () => {
    const leader = Candidate.leading();

    expect(leader.take({ type: 'leave' })).toEqual([{ do: 'forbid' }]);
    expect(leader.take({ type: 'leave' })).toEqual([]);
    expect(names(leader.hears(ENDED))).toContain('release');
  });

  it('stands for election no more, whatever happens', () => {
    const leader = Candidate.leading();
    leader.take({ type: 'leave' });
    leader.hears(ENDED);
    leader.answer('release', RELEASED);
    leader.take({ type: 'give-up' });
    leader.hears(WAITING);

    expect(names(leader.wait(1_000_000))).not.toContain('acquire');
  });

  it('gives up what it takes or takes up again afterwards', () => {
    const candidate = Candidate.standby(FREE);
    candidate.take({ type: 'leave' });

    expect(names(candidate.answer('acquire', OURS))).toEqual(['note', 'allow', 'forbid']);
  });
});

describe('a member that is told to end', () => {
  it.each([
    ['holds nothing', () => Candidate.standby(THEIRS)],
    ['knows nothing', () => new Candidate()],
  ])('ends at once when it %s', (_, make) => {
    expect(names(make().take({ type: 'end' }))).toContain('exit');
  });

  it.each([
    ['runs', () => Candidate.leading()],
    ['is still stopping', () => Candidate.stopping()],
  ])('leaves an application that %s to its next process after a second, and stops nothing', (_, make) => {
    const leader = make();

    expect(leader.take({ type: 'end' })).toEqual([]);
    expect(leader.wait(999)).toEqual([]);
    leader.take({ type: 'end' });
    expect(leader.wait(1)).toEqual([{ do: 'exit' }]);
  });

  it('releases what an application leaves that ended just before', () => {
    const leader = Candidate.leading();
    leader.take({ type: 'end' });
    leader.wait(20);

    expect(names(leader.hears(ENDED))).toContain('release');
    expect(leader.answer('release', RELEASED)).toEqual([{ do: 'exit' }]);
  });

  it('releases first what it holds without an application', () => {
    const leader = Candidate.leading();
    leader.hears(ENDED);
    leader.answer('release', 'failed');
    leader.take({ type: 'end' });
    leader.wait(625);

    expect(leader.reads(OURS)).toEqual([{ do: 'release', acquired: ACQUIRED }]);
    expect(names(leader.wait(1000))).toEqual(['withdraw']);
    expect(leader.answer('release', RELEASED)).toEqual([{ do: 'exit' }]);
  });

  it('waits for the answer to a release that is under way', () => {
    const leader = Candidate.leading();
    leader.hears(ENDED);

    expect(leader.take({ type: 'end' })).toEqual([]);
    expect(leader.answer('release', RELEASED)).toEqual([{ do: 'exit' }]);
  });

  it('waits for the answer to what it is about to take, and gives that back', () => {
    const candidate = Candidate.standby(FREE);

    expect(candidate.take({ type: 'end' })).toEqual([]);
    expect(names(candidate.answer('acquire', OURS))).toEqual(['note', 'allow', 'forbid']);
    expect(names(candidate.hears(WAITING))).toEqual(['forbid', 'stand-by', 'note']);
    expect(candidate.hears(WAITING)).toEqual([{ do: 'release', acquired: ACQUIRED }]);
    expect(candidate.answer('release', RELEASED)).toEqual([{ do: 'exit' }]);
  });

  it.each(['refused', 'failed'] as const)('ends when what it was about to take is %s', (answer) => {
    const candidate = Candidate.standby(FREE);
    candidate.take({ type: 'end' });

    expect(names(candidate.answer('acquire', answer))).toContain('exit');
  });

  it('does not wait for a Lease that it only makes', () => {
    const candidate = Candidate.standby(THEIRS);
    candidate.reads(undefined);

    expect(candidate.take({ type: 'end' })).toEqual([{ do: 'exit' }]);
  });

  it('gives up a lead that has not started yet, once the gate says so', () => {
    const candidate = Candidate.starting();

    expect(candidate.take({ type: 'end' })).toEqual([{ do: 'forbid' }]);
    expect(names(candidate.hears(WAITING))).toEqual(['forbid', 'stand-by', 'note']);
    expect(candidate.hears(WAITING)).toEqual([{ do: 'release', acquired: ACQUIRED }]);
    expect(candidate.answer('release', RELEASED)).toEqual([{ do: 'exit' }]);
  });

  it('takes nothing any more', () => {
    const standby = Candidate.standby(THEIRS);
    standby.take({ type: 'end' });

    expect(names(standby.wait(10_000))).not.toContain('acquire');
  });

  it('stays while it leads with a Lease that somebody has emptied', () => {
    const candidate = Candidate.starting();
    candidate.take({ type: 'end' });

    expect(names(candidate.sees({ ...OURS, version: 102, holder: '' }))).toEqual(['restate']);
  });

  it('is not held up by a Lease that bears its name from another process', () => {
    const candidate = new Candidate();
    candidate.hears(NONE);
    candidate.reads(OURS);

    expect(candidate.take({ type: 'end' })).toEqual([{ do: 'exit' }]);
  });
});

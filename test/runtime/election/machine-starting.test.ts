/** From the Lease that was taken to the application that serves, or does not. */
import type { Settings } from '../../../runtime/election/state';
import {
  ACQUIRED,
  acquiredAt,
  Candidate,
  ENDED,
  FREE,
  NONE,
  OURS,
  WAITING,
  names,
  running,
} from './candidate';

const RENEWED = { ...OURS, version: 102 };

describe('a Lease that was taken', () => {
  it('lets the waiting gate start until the sending plus the deadline, and rings for it', () => {
    const candidate = Candidate.standby(FREE);
    candidate.now += 300;

    expect(candidate.answer('acquire', OURS, 300)).toEqual([
      { do: 'note', note: { what: 'acquired', term: 101 } },
      { do: 'allow', deadline: { until: 8000, term: 101, gate: '500' }, ring: true },
    ]);
    expect(candidate.phase).toBe('starting');
    expect(candidate.sleep).toBe(2200);
  });

  it.each([
    ['what it counts on, if that is shorter', { duration: 6000, counted: 6000 }, 3000],
    ['what is configured, if the Lease is longer', { duration: 30_000, counted: 10_000 }, 7000],
    ['what is configured, if nothing is said', { counted: undefined }, 7000],
  ])('is counted on from its sending with %s', (_, record, renewDeadline) => {
    const candidate = Candidate.standby(FREE);
    candidate.now += 300;
    candidate.answer('acquire', { ...OURS, ...record }, 300);

    expect(candidate.state.lead?.until).toBe(1000 + renewDeadline);
    expect(candidate.state.timing.renewDeadline).toBe(renewDeadline);
  });

  it('whose answer is too late starts nothing, and is taken again', () => {
    const candidate = Candidate.standby(FREE);
    candidate.now += 7000;

    expect(candidate.answer('acquire', OURS, 7000)).toEqual([
      {
        do: 'acquire',
        claim: { base: OURS, duration: 10_000, counted: 10_000, transitions: 5, acquired: acquiredAt(8000) },
      },
    ]);
    expect(candidate.phase).toBe('standby');
  });

  it.each([
    ['has gone', NONE],
    ['has ended', ENDED],
  ])('is given back when the gate %s in the meantime', (_, gate) => {
    const candidate = Candidate.standby(FREE);
    candidate.hears(gate);

    expect(candidate.answer('acquire', OURS)).toEqual([{ do: 'release', acquired: ACQUIRED }]);
    expect(candidate.phase).toBe('standby');
  });

  it('is not given back while it is not known whether the application runs', () => {
    const candidate = Candidate.standby(FREE);
    candidate.hears(running(77));

    expect(names(candidate.answer('acquire', OURS))).toEqual(['forbid']);
    expect(candidate.hears(ENDED)).toEqual([{ do: 'release', acquired: ACQUIRED }]);
  });

  it('rings again for the gate that goes on waiting, and asks once whether the application answers', () => {
    const candidate = Candidate.starting();

    expect(candidate.hears(WAITING)).toEqual([
      { do: 'allow', deadline: { until: 8000, term: 101, gate: '500' }, ring: true },
    ]);
    expect(candidate.hears(running())).toEqual([{ do: 'check', term: 101 }]);
    expect(candidate.hears(running())).toEqual([]);
  });

  it('leads clients here once its application answers', () => {
    const candidate = Candidate.starting();
    candidate.hears(running());

    expect(candidate.take({ type: 'answered', term: 101 })).toEqual([
      { do: 'route', term: 101 },
      { do: 'note', note: { what: 'serving', term: 101 } },
    ]);
    expect(candidate.take({ type: 'answered', term: 101 })).toEqual([]);
  });

  it('is not over by an answer that comes before the gate says that it runs', () => {
    const candidate = Candidate.starting();

    expect(candidate.take({ type: 'answered', term: 101 })).toEqual([]);
    candidate.hears(running());
    expect(names(candidate.take({ type: 'answered', term: 101 }))).toEqual(['route', 'note']);
  });

  it('is not meant by the answer to the check of an earlier term', () => {
    const candidate = Candidate.starting();
    candidate.hears(running());

    expect(candidate.take({ type: 'answered', term: 99 })).toEqual([]);
    expect(candidate.phase).toBe('starting');
  });
});

describe('a start', () => {
  const settings: Partial<Settings> = { startTimeout: 3000 };

  /** Until its time is over; the last actions. */
  function late(candidate: Candidate): readonly unknown[] {
    candidate.hears(running());
    candidate.wait(2999);
    candidate.answer('renew', RENEWED, 499);
    return candidate.wait(1);
  }

  it('that takes too long is stopped, and the Lease is kept until it has', () => {
    const candidate = Candidate.starting(OURS, settings);

    expect(late(candidate)).toEqual([
      { do: 'note', note: { what: 'start-timed-out', term: 101 } },
      { do: 'forbid' },
    ]);
    expect(candidate.phase).toBe('stopping');
    expect(candidate.state.hasFailed).toBe(true);
    expect(names(candidate.hears(ENDED))).toEqual(['forbid', 'stand-by', 'note', 'release']);
  });

  it('is timed from the moment at which the Lease was taken', () => {
    const candidate = Candidate.standby(FREE, settings);
    candidate.now += 1000;
    candidate.answer('acquire', OURS, 1000);

    expect(candidate.state.lead?.startBy).toBe(candidate.now + 3000);
  });

  it('that failed leaves the Lease to others for one duration', () => {
    const candidate = Candidate.starting(OURS, settings);
    late(candidate);
    candidate.hears(ENDED);
    candidate.answer('release', { ...FREE, version: 103 });

    expect(candidate.hears({ word: 'waiting', id: '501' })).toEqual([]);
    expect(names(candidate.wait(9999))).not.toContain('acquire');
    expect(names(candidate.wait(1))).toContain('acquire');
  });

  it('that was in time is not looked at again', () => {
    const leader = Candidate.leading(OURS, settings);
    leader.wait(2999);
    leader.answer('renew', RENEWED);

    expect(leader.wait(1)).toEqual([]);
    expect(leader.phase).toBe('serving');
  });

  it('that succeeds makes good for one that failed', () => {
    const candidate = Candidate.starting(OURS, settings);
    candidate.hears(running());
    candidate.hears(ENDED);
    candidate.answer('release', 'failed');
    candidate.wait(625);
    candidate.hears({ word: 'waiting', id: '501' });
    candidate.reads(OURS);
    candidate.answer('acquire', { ...OURS, version: 105, acquired: acquiredAt(candidate.now) });
    candidate.hears({ word: 'running', id: '501', term: 105 });
    candidate.take({ type: 'answered', term: 105 });

    expect(candidate.state.hasFailed).toBe(false);
  });
});

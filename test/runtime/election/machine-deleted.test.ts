/** A Lease that is gone: whoever misses it makes it anew, held by nobody, which proves as little as one emptied. */
import type { LeaseRecord } from '../../../runtime/election/state';
import {
  ACQUIRED,
  acquiredAt,
  Candidate,
  ENDED,
  FREE,
  MADE,
  NONE,
  OURS,
  THEIRS,
  names,
  running,
} from './candidate';

/** A standby that is about to make the Lease. */
function missing(): Candidate {
  const candidate = Candidate.standby(THEIRS);
  candidate.reads(undefined);
  return candidate;
}

describe('a standby', () => {
  it.each<[string, LeaseRecord | undefined]>([
    ['it has never seen one', undefined],
    ['it was deleted before its eyes', THEIRS],
    ['it was emptied, and then deleted before its eyes', { ...THEIRS, holder: '' }],
    ['its last holder had given it up', FREE],
  ])('makes the Lease without a holder when %s, whatever its gate says', (_, before) => {
    const candidate = new Candidate();
    if (before) candidate.reads(before);

    expect(candidate.reads(undefined)).toEqual([{ do: 'ensure', duration: 10_000 }]);
  });

  it('makes one that lasts as long as the one that was deleted', () => {
    const candidate = Candidate.standby({ ...THEIRS, duration: 15_000, counted: 20_000 });

    expect(candidate.reads(undefined)).toEqual([{ do: 'ensure', duration: 20_000 }]);
  });

  it('takes what it has made after the time that a holder of the old one may go on', () => {
    const candidate = missing();

    expect(candidate.answer('ensure', MADE)).toEqual([]);
    expect(candidate.sleep).toBe(10_000);
    expect(candidate.wait(9999)).toEqual([]);
    expect(candidate.wait(1)).toEqual([
      {
        do: 'acquire',
        claim: {
          base: MADE,
          duration: 10_000,
          counted: 10_000,
          transitions: 4,
          acquired: acquiredAt(11_000),
        },
      },
    ]);
  });

  it('does not wait for ever for an answer that is late: no time lets it take what is not there', () => {
    const candidate = missing();

    expect(candidate.wait(60_000)).toEqual([]);
    expect(candidate.sleep).toBe(Infinity);
    expect(candidate.answer('ensure', MADE, 60_000)).toEqual([]);
    expect(candidate.sleep).toBe(10_000);
  });

  it('looks at a Lease that another was faster to make, and waits for that one', () => {
    const candidate = missing();

    expect(candidate.answer('ensure', 'refused')).toEqual([{ do: 'read' }]);
    expect(candidate.reads({ ...MADE, version: 109 })).toEqual([]);
    expect(candidate.sleep).toBe(10_000);
  });

  it('reads again before it makes again what it may have made', () => {
    const candidate = missing();

    expect(candidate.answer('ensure', 'failed')).toEqual([]);
    expect(candidate.wait(625)).toEqual([{ do: 'read' }]);
    expect(candidate.reads(undefined)).toEqual([{ do: 'ensure', duration: 10_000 }]);
  });

  it('makes it again, and waits again, when it is deleted again', () => {
    const candidate = missing();
    candidate.answer('ensure', MADE);
    candidate.wait(9000);

    expect(candidate.reads(undefined)).toEqual([{ do: 'ensure', duration: 10_000 }]);
    candidate.answer('ensure', { ...MADE, version: 120 });
    expect(candidate.sleep).toBe(10_000);
  });

  describe('after one that had to be waited for longer', () => {
    /** It has read what another has made in its place. */
    function bereaved(): Candidate {
      const candidate = Candidate.standby({ ...THEIRS, duration: 20_000 });
      candidate.reads(undefined);
      candidate.answer('ensure', 'refused');
      candidate.reads(MADE);
      return candidate;
    }

    it('waits for what another has made in its place as long, however often that is edited', () => {
      const candidate = bereaved();

      expect(candidate.sleep).toBe(20_000);
      candidate.wait(9000);
      candidate.sees({ ...MADE, version: 111, duration: 5000 });
      expect(candidate.sleep).toBe(20_000);
    });

    it('makes it for as long when that is deleted, too', () => {
      const candidate = bereaved();

      expect(candidate.reads(undefined)).toEqual([{ do: 'ensure', duration: 20_000 }]);
      candidate.answer('ensure', 'refused');
      candidate.reads(undefined);
      candidate.answer('ensure', { ...MADE, version: 120 });
      expect(candidate.sleep).toBe(20_000);
    });

    it.each([
      ['held', { ...THEIRS, version: 111 }],
      ['given up', { ...FREE, version: 111 }],
    ])('waits for one that was %s in between no longer than that says', (_, between) => {
      const candidate = bereaved();
      candidate.sees(between);
      candidate.sees({ ...MADE, version: 112 });

      expect(candidate.sleep).toBe(10_000);
    });
  });

  it.each([
    ['has ended', ENDED],
    ['is gone', NONE],
  ])('makes it, and takes nothing, while its gate %s', (_, gate) => {
    const candidate = new Candidate();

    expect(candidate.reads(undefined)).toEqual([{ do: 'ensure', duration: 10_000 }]);
    candidate.hears(gate);
    candidate.answer('ensure', MADE);
    expect(candidate.wait(10_000)).toEqual([]);
  });
});

describe('a leader', () => {
  /** One that has read that its Lease is gone. */
  function bereft(): Candidate {
    const leader = Candidate.leading();
    leader.take({ type: 'unwatched' });
    leader.reads(undefined);
    return leader;
  }

  const restated = (base: LeaseRecord) => ({
    do: 'restate',
    claim: { base, duration: 10_000, counted: 10_000, transitions: 4, acquired: ACQUIRED },
  });

  it('reads before it believes in a deletion, makes the Lease again, and takes that back', () => {
    const leader = Candidate.leading();

    expect(leader.take({ type: 'unwatched' })).toEqual([{ do: 'read' }]);
    expect(leader.reads(undefined)).toEqual([{ do: 'ensure', duration: 10_000 }]);
    expect(leader.answer('ensure', MADE)).toEqual([restated(MADE)]);
    expect(leader.answer('restate', { ...OURS, version: 111 })).toEqual([]);
    expect(leader.phase).toBe('serving');
  });

  it('counts the Lease as renewed when it has taken it back, and not when it has made it', () => {
    const leader = bereft();
    leader.now += 1000;
    leader.answer('ensure', MADE);

    expect(leader.state.lead?.until).toBe(8000);
    leader.answer('restate', { ...OURS, version: 111 });
    expect(leader.state.lead?.until).toBe(2000 + 7000);
  });

  it('takes back what another has made', () => {
    const leader = bereft();

    expect(leader.answer('ensure', 'refused')).toEqual([{ do: 'read' }]);
    expect(leader.reads(MADE)).toEqual([restated(MADE)]);
  });

  it('has lost what another has made and taken', () => {
    const leader = bereft();
    leader.answer('ensure', 'refused');

    expect(names(leader.reads({ ...THEIRS, version: 111 }))).toContain('stand-by');
    expect(leader.phase).toBe('standby');
  });

  it('takes back one that was deleted and made by somebody before it has read', () => {
    expect(Candidate.leading().sees(MADE)).toEqual([restated(MADE)]);
  });

  it('has its deadline all the same', () => {
    const leader = bereft();

    expect(names(leader.wait(6999))).toEqual(['renew']);
    expect(names(leader.wait(1))).toContain('stand-by');
    expect(names(leader.answer('ensure', MADE))).not.toContain('restate');
  });

  it('keeps it while its application stops', () => {
    const leader = Candidate.stopping();
    leader.take({ type: 'unwatched' });

    expect(names(leader.reads(undefined))).toEqual(['ensure']);
    expect(leader.hears(running())).toEqual([]);
    expect(names(leader.answer('ensure', MADE))).toEqual(['restate']);
  });
});

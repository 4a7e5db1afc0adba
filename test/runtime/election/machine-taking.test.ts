/** When a member that does not lead takes the Lease, and when it leaves it alone. */
import type { Action, Claim } from '../../../runtime/election/events';
import type { LeaseRecord } from '../../../runtime/election/state';
import {
  ACQUIRED,
  acquiredAt,
  Candidate,
  ENDED,
  FREE,
  NONE,
  OURS,
  THEIRS,
  WAITING,
  names,
  running,
} from './candidate';

const NO_HOLDER = { ...THEIRS, holder: '' };

/** How long a standby that has just read this leaves it alone. */
function patience(record: LeaseRecord): number {
  const candidate = new Candidate();
  candidate.hears(WAITING);
  let acts = candidate.reads(record);
  const began = candidate.now;
  while (!names(acts).includes('acquire') && candidate.sleep < Infinity)
    acts = candidate.wait(candidate.sleep);
  return names(acts).includes('acquire') ? candidate.now - began : Infinity;
}

describe('a standby', () => {
  it('reads the Lease first', () => {
    expect(new Candidate().wait(0)).toEqual([{ do: 'read' }]);
  });

  it('does so although the watch has told of one that is free', () => {
    const candidate = new Candidate();
    candidate.hears(WAITING);
    candidate.sees(FREE);
    candidate.take({ type: 'unread' });

    expect(candidate.wait(625)).toEqual([{ do: 'read' }]);
  });

  it('knows nothing of its gate before that speaks', () => {
    expect(new Candidate().state.gate).toEqual({ word: 'unknown' });
  });

  it.each<[string, LeaseRecord, number]>([
    ['takes one that was given up at once', FREE, 0],
    ['takes one that was given up for it at once', { ...FREE, preferred: 'app-0' }, 0],
    ['leaves one that was given up for another to that one first', { ...FREE, preferred: 'app-1' }, 1000],
    ['waits for a holder', THEIRS, 10_000],
    ['waits as long as the Lease says', { ...THEIRS, duration: 25_000 }, 25_000],
    ['waits as long as its holder counts on', { ...THEIRS, duration: 3000 }, 10_000],
    [
      'waits for a holder that does not say what it counts on',
      { ...THEIRS, duration: 15_000, counted: undefined },

      15_000,
    ],
    [
      'takes such a holder to count on what it would itself',
      { ...THEIRS, duration: 3000, counted: undefined },

      10_000,
    ],
    ['waits with one that was emptied as if it were held', NO_HOLDER, 10_000],
    ['waits with its own name in there, if another process wrote it', OURS, 10_000],
  ])('%s', (_, record, expected) => {
    expect(patience(record)).toBe(expected);
  });

  it('says what it takes: the version it knows, its own duration, one transition more', () => {
    const candidate = new Candidate();
    candidate.hears(WAITING);

    expect(candidate.reads(FREE)).toEqual([
      {
        do: 'acquire',
        claim: { base: FREE, duration: 10_000, counted: 10_000, transitions: 4, acquired: ACQUIRED },
      },
    ]);
  });

  it.each([
    ['renewed', { ...THEIRS, version: 105 }],
    ['given to another', { ...THEIRS, version: 105, holder: 'app-2_uid-2' }],
    ['emptied', { ...NO_HOLDER, version: 105 }],
  ])('begins to wait again when the Lease is %s', (_, record) => {
    const candidate = Candidate.standby(THEIRS);
    candidate.wait(9000);
    candidate.sees(record);

    expect(candidate.sleep).toBe(10_000);
    expect(candidate.wait(9999)).toEqual([]);
    expect(names(candidate.wait(1))).toEqual(['acquire']);
  });

  it.each([
    ['is told again', THEIRS],
    ['is told of late', { ...FREE, version: 99 }],
  ])('goes on waiting when what it knows %s', (_, record) => {
    const candidate = Candidate.standby(THEIRS);
    candidate.wait(9000);
    candidate.sees(record);

    expect(names(candidate.wait(1000))).toEqual(['acquire']);
  });

  it('believes a read, also of an earlier version: etcd may have been restored', () => {
    const candidate = Candidate.standby(THEIRS);
    candidate.wait(5000);
    candidate.reads({ ...THEIRS, version: 90 });

    expect(candidate.wait(5000)).toEqual([]);
    expect(names(candidate.wait(5000))).toEqual(['acquire']);
  });

  it('goes on waiting when it reads what it knows', () => {
    const candidate = Candidate.standby(THEIRS);
    candidate.wait(5000);
    candidate.reads(THEIRS);

    expect(names(candidate.wait(5000))).toEqual(['acquire']);
  });

  it.each([
    ['says nothing', undefined],
    ['runs', running()],
    ['has ended', ENDED],
    ['is gone', NONE],
  ])('takes nothing while its gate %s', (_, gate) => {
    const candidate = new Candidate();
    candidate.reads(FREE);

    expect(names(gate ? candidate.hears(gate) : candidate.wait(0))).not.toContain('acquire');
    expect(names(candidate.hears(WAITING))).toEqual(['acquire']);
  });

  it('forbids what runs without a lead', () => {
    const candidate = Candidate.standby(THEIRS);

    expect(candidate.hears(running())).toEqual([{ do: 'forbid' }]);
  });

  it('does not act on what may have changed: it reads first', () => {
    const candidate = Candidate.standby(THEIRS);

    expect(candidate.take({ type: 'unwatched' })).toEqual([{ do: 'read' }]);
    expect(candidate.wait(10_000)).toEqual([]);
    expect(names(candidate.reads(THEIRS))).toEqual(['acquire']);
  });

  it('reads again a while after a read that failed, and waits the longer, the more fail', () => {
    const candidate = new Candidate();
    candidate.wait(0);
    const pauses = Array.from({ length: 5 }, () => {
      candidate.take({ type: 'unread' });
      const { sleep } = candidate;
      expect(candidate.wait(sleep - 1)).toEqual([]);
      expect(candidate.wait(1)).toEqual([{ do: 'read' }]);
      return sleep;
    });

    expect(pauses).toEqual([625, 1250, 2500, 2500, 2500]);
    candidate.reads(THEIRS);
    candidate.take({ type: 'unwatched' });
    candidate.take({ type: 'unread' });
    expect(candidate.sleep).toBe(625);
  });

  it('asks for one thing at a time', () => {
    const candidate = Candidate.standby(FREE);

    expect(candidate.sees({ ...FREE, version: 105 })).toEqual([]);
    expect(candidate.take({ type: 'unwatched' })).toEqual([]);
  });

  it('looks at a Lease that another was faster to take', () => {
    const candidate = Candidate.standby(FREE);

    expect(candidate.answer('acquire', 'refused')).toEqual([{ do: 'read' }]);
  });

  it('looks at a Lease that it may have taken, soon: no answer says nothing', () => {
    const candidate = Candidate.standby(FREE);

    expect(candidate.answer('acquire', 'failed')).toEqual([]);
    expect(candidate.sleep).toBe(625);
    expect(candidate.wait(625)).toEqual([{ do: 'read' }]);
  });

  it.each<[string, (candidate: Candidate) => readonly Action[]]>([
    ['it reads it', (candidate) => candidate.reads(OURS)],
    ['the watch tells of it', (candidate) => candidate.sees(OURS)],
  ])('leads with one that it has taken when the answer is lost and %s, from the sending on', (_, hears) => {
    const candidate = Candidate.standby(FREE);
    candidate.now += 2500;
    candidate.answer('acquire', 'failed', 2500);
    candidate.wait(625);

    expect(hears(candidate).slice(0, 2)).toEqual([
      { do: 'note', note: { what: 'acquired', term: 101 } },
      { do: 'allow', deadline: { until: 1000 + 7000, term: 101, gate: '500' }, ring: true },
    ]);
  });

  it('leads as soon as the watch tells that it may, and not once more with the answer', () => {
    const candidate = Candidate.standby(FREE);

    expect(names(candidate.sees(OURS))).toEqual(['note', 'allow']);
    expect(candidate.answer('acquire', OURS)).toEqual([]);
    expect(candidate.phase).toBe('starting');
  });

  it('asks again for what it may have asked for already as it did: whichever counts is its own', () => {
    const candidate = Candidate.standby(FREE);
    candidate.answer('acquire', 'failed');
    candidate.wait(625);

    expect(candidate.reads(FREE)).toMatchObject([{ do: 'acquire', claim: { acquired: ACQUIRED } }]);
    candidate.answer('acquire', 'refused');
    candidate.reads(OURS);
    expect(candidate.state.lead).toMatchObject({ term: 101, until: 1000 + 7000 });
  });

  it.each([
    ['it has changed', { ...FREE, version: 103 }, 625],
    ['it was asked too long ago', FREE, 7000],
  ])('asks for a Lease anew when %s', (_, record, later) => {
    const candidate = Candidate.standby(FREE);
    candidate.answer('acquire', 'failed');
    candidate.wait(later);

    expect(candidate.reads(record)).toMatchObject([
      { do: 'acquire', claim: { base: record, acquired: acquiredAt(1000 + later) } },
    ]);
  });

  it('does not take an older Lease for the answer to its request, whatever is written in it', () => {
    const candidate = Candidate.standby({ ...OURS, holder: '', acquired: '', released: true });
    candidate.reads({ ...OURS, version: 99 });

    expect(candidate.phase).toBe('standby');
  });

  it('does not take the Lease that it asks for as the answer, whatever is written in it', () => {
    const candidate = Candidate.standby({ ...OURS, released: true });

    expect(candidate.state.taking).toMatchObject({ acquired: ACQUIRED, from: 101 });
    expect(candidate.wait(0)).toEqual([]);
  });

  it('has not what was given to another when its request had counted', () => {
    const candidate = Candidate.standby(FREE);

    expect(candidate.sees({ ...OURS, holder: THEIRS.holder })).toEqual([]);
  });

  it('makes nothing of an application that answers without a lead', () => {
    expect(Candidate.standby(THEIRS).take({ type: 'answered', term: 101 })).toEqual([]);
  });

  it.each([
    ['app-2', '002'],
    ['my-2-app-13', '013'],
    ['app-12345', '345'],
    ['app', '000'],
  ])('writes into the time at which it takes the Lease which member it is: %s', (pod, digits) => {
    expect(Candidate.standby(FREE, { pod }).state.taking?.acquired).toBe(`1970-01-01T00:00:01.000${digits}Z`);
  });

  it('waits with one that bears its name, but not its request', () => {
    const candidate = Candidate.standby(FREE);
    candidate.answer('acquire', 'failed');
    candidate.wait(625);

    expect(candidate.reads({ ...OURS, acquired: 'noon' })).toEqual([]);
    expect(candidate.sleep).toBe(10_000);
  });

  it('counts transitions from nothing again when the number is full', () => {
    expect(claimOn({ ...FREE, transitions: 2 ** 31 - 2 })).toMatchObject({ transitions: 2 ** 31 - 1 });
    expect(claimOn({ ...FREE, transitions: 2 ** 31 - 1 })).toMatchObject({ transitions: 0 });
  });
});

describe('a standby of a Lease whose duration somebody has edited', () => {
  const edited = { ...FREE, duration: 30_000, configured: 10_000 };

  it.each([
    ['a longer one, and counts on no more than its own', edited, { duration: 30_000, counted: 10_000 }],
    ['a shorter one, and counts on it', { ...edited, duration: 6000 }, { duration: 6000, counted: 6000 }],
  ])('keeps %s', (_, record, expected) => {
    expect(claimOn(record)).toMatchObject(expected);
  });

  it.each([
    ['a duration that is another configuration and no edit', { ...edited, configured: 30_000 }],
    ['an edit that leaves no time', { ...edited, duration: 3000 }],
    ['a duration that no candidate of this runtime has written', { ...edited, configured: undefined }],
  ])('goes by its own instead of %s', (_, record) => {
    expect(claimOn(record)).toMatchObject({ duration: 10_000, counted: 10_000 });
  });
});

function claimOn(record: LeaseRecord): Claim {
  const candidate = new Candidate();
  candidate.reads(record);
  const [action] = candidate.hears(WAITING);
  if (action?.do !== 'acquire') throw new Error('it takes the Lease');
  return action.claim;
}

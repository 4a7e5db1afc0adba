/** A Lease that somebody brings back as it was before, from a backup: what has been seen since counts. */
import type { LeaseRecord } from '../../../runtime/election/state';
import { ACQUIRED, Candidate, ENDED, FREE, OURS, THEIRS, WAITING, names, notes } from './candidate';

/** What another member has led since, and counts on. */
const LATER: LeaseRecord = { ...THEIRS, version: 103, acquired: 'evening', transitions: 5 };

const restored = (record: LeaseRecord, version = 110): LeaseRecord => ({ ...record, version });

describe('a standby', () => {
  it('does not believe that it was given up, where it has seen a later lead', () => {
    const candidate = Candidate.standby(LATER);

    expect(candidate.sees(restored(FREE))).toEqual([]);
    expect(candidate.wait(9999)).toEqual([]);
    expect(candidate.wait(1)).toMatchObject([{ do: 'acquire', claim: { transitions: 6 } }]);
  });

  it('believes it of the last lead that it has seen', () => {
    const candidate = Candidate.standby(LATER);

    expect(
      names(candidate.sees({ ...LATER, version: 110, holder: '', acquired: '', released: true })),
    ).toEqual(['acquire']);
  });

  it('does not believe it by and by, when the Lease is written again', () => {
    const candidate = Candidate.standby(LATER);
    candidate.sees(restored(FREE));
    candidate.wait(5000);

    expect(candidate.sees(restored(FREE, 111))).toEqual([]);
    expect(candidate.sleep).toBe(10_000);
  });

  it('waits for as long as the later leader counts on', () => {
    const candidate = Candidate.standby({ ...LATER, duration: 20_000, counted: 20_000 });
    candidate.sees(restored(THEIRS));

    expect(candidate.sleep).toBe(20_000);
  });

  it('does not believe it either when it was deleted in between', () => {
    const candidate = Candidate.standby(LATER);
    candidate.reads(undefined);
    candidate.sees(restored(FREE));

    expect(candidate.sleep).toBe(10_000);
  });

  it.each([
    ['led', LATER],
    ['given up what it had taken', { ...OURS, version: 103, holder: '', acquired: '', released: true }],
  ])('does not hold what it has held before others have %s', (_, since: LeaseRecord) => {
    const candidate = Candidate.leading();
    candidate.hears(ENDED);
    candidate.answer('release', since);
    candidate.hears({ word: 'unknown' });
    candidate.sees(restored(OURS));

    expect(names(candidate.hears(WAITING))).not.toContain('acquire');
    expect(names(candidate.wait(4000))).not.toContain('release');
  });
});

describe('a leader', () => {
  it('takes back what a lead before its own had given up', () => {
    const leader = Candidate.leading();

    expect(leader.sees(restored(FREE))).toEqual([
      {
        do: 'restate',
        claim: {
          base: restored({ ...FREE, released: false }),
          duration: 10_000,
          counted: 10_000,
          transitions: 4,
          acquired: ACQUIRED,
        },
      },
    ]);
    expect(leader.phase).toBe('serving');
  });

  it('has lost what names another', () => {
    expect(notes(Candidate.leading().sees(restored(THEIRS)))).toEqual([
      { what: 'lost', term: 101, why: 'taken by another' },
    ]);
  });
});

it.each([
  [2 ** 31 - 1, 0, true],
  [0, 2 ** 30, true],
  [0, 2 ** 30 + 1, false],
  [0, 2 ** 31 - 1, false],
])(
  'knows of the numbers %j and %j which is the later one, also when they are full',
  (before, after, isLater) => {
    const candidate = Candidate.standby({ ...THEIRS, transitions: before });
    candidate.sees({ ...FREE, version: 110, transitions: after });

    expect(candidate.state.seen?.record?.released).toBe(isLater);
  },
);

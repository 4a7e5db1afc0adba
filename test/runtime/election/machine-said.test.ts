/** What members believe that a holder has said of itself, and how long they wait by it. */
import { Candidate, FREE, MADE, THEIRS, TIMING, names } from './candidate';

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

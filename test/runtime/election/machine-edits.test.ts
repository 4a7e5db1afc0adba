/** Live edits of `leaseDurationSeconds`, and the lead of a former process of this elector. */
import type { LeaseRecord } from '../../../runtime/election/state';
import {
  ACQUIRED,
  Candidate,
  ENDED,
  FREE,
  NONE,
  OURS,
  SETTINGS,
  THEIRS,
  WAITING,
  names,
  notes,
  running,
} from './candidate';

const edited = (duration: number): LeaseRecord => ({ ...OURS, version: 102, duration });
const allowed = (until: number) => ({
  do: 'allow',
  deadline: { until, term: 101, gate: '500' },
  ring: false,
});

/** What a leader writes over this. */
const restated = (base: LeaseRecord, duration: number, counted: number) => ({
  do: 'restate',
  claim: { base, duration, counted, transitions: 4, acquired: ACQUIRED },
});

/** Counts on 6 s, as the Lease says. */
function shortened(): Candidate {
  const leader = Candidate.leading();
  leader.sees(edited(6000));
  leader.answer('restate', { ...edited(6000), version: 103, counted: 6000 });
  return leader;
}

describe('an edit of the duration', () => {
  it('that is longer binds candidates only: the leader goes on for no longer', () => {
    const leader = Candidate.leading();
    leader.wait(2500);

    expect(leader.sees(edited(20_000))).toEqual([]);
    expect(leader.answer('renew', { ...edited(20_000), version: 103 })).toEqual([allowed(3500 + 7000)]);
    expect(leader.state.timing).toEqual(SETTINGS.timing);
  });

  it('that is longer stays when the leader states what it counts on', () => {
    const wrong = { ...edited(20_000), counted: 30_000 };

    expect(Candidate.leading().sees(wrong)).toEqual([restated(wrong, 20_000, 10_000)]);
  });

  it('that is shorter binds this leader before it is stated', () => {
    const leader = Candidate.leading();

    expect(leader.sees(edited(6000))).toEqual([
      { do: 'note', note: { what: 'retimed', seconds: 6 } },
      allowed(1000 + 3000),
      restated(edited(6000), 6000, 6000),
      { do: 'renew', fresh: false },
    ]);
    expect(leader.state.timing).toMatchObject({ leaseDuration: 6000, renewDeadline: 3000 });
    const stated = { ...edited(6000), version: 103, counted: 6000 };
    expect(leader.answer('restate', stated)).toEqual([]);
  });

  it('that is shorter does not move a deadline on that is nearer', () => {
    const leader = Candidate.leading();
    leader.wait(5000);

    expect(leader.sees(edited(6000))).toContainEqual(allowed(8000));
  });

  it.each([
    ['taken back', 10_000],
    ['followed by a longer one', 20_000],
  ])('that was shorter, and is %s, binds the leader until the Lease says otherwise', (_, duration) => {
    const leader = shortened();
    const again = { ...edited(duration), version: 104, counted: 6000 };

    expect(leader.sees(again)).toEqual([restated(again, duration, 10_000)]);
    expect(leader.state.timing).toMatchObject({ leaseDuration: 6000, renewDeadline: 3000 });
    expect(notes(leader.answer('restate', { ...again, version: 105, counted: 10_000 }))).toEqual([
      { what: 'retimed', seconds: 10 },
    ]);
    expect(leader.state.lead?.until).toBe(1000 + 3000);
    leader.answer('renew', { ...again, version: 106, counted: 10_000 });
    expect(leader.state.lead?.until).toBe(1000 + 7000);
  });

  it('that leaves no time to stop the application is refused, and what it counts on stated again', () => {
    const leader = Candidate.leading();

    expect(leader.sees(edited(3000))).toEqual([
      { do: 'note', note: { what: 'edit-refused', seconds: 3 } },
      restated(edited(3000), 10_000, 10_000),
    ]);
    expect(leader.state.timing).toEqual(SETTINGS.timing);
    expect(leader.answer('restate', { ...edited(10_000), version: 103 })).toEqual([]);
  });

  it('that comes while a request is under way waits for its answer', () => {
    const leader = Candidate.leading();
    leader.sees({ ...OURS, version: 102, holder: '' });

    expect(leader.sees({ ...edited(6000), version: 103 })).toEqual([]);
    expect(leader.answer('restate', 'refused')).toEqual([{ do: 'read' }]);
    expect(notes(leader.reads({ ...edited(6000), version: 103 }))).toEqual([{ what: 'retimed', seconds: 6 }]);
  });

  it('allows nothing to an application that stops', () => {
    const leader = Candidate.stopping();

    expect(names(leader.sees(edited(6000)))).toEqual(['note', 'restate', 'renew']);
  });

  it('is none while another is the holder', () => {
    const leader = Candidate.leading();

    expect(notes(leader.sees({ ...THEIRS, version: 102, duration: 20_000 }))).toEqual([
      { what: 'lost', term: 101, why: 'taken by another' },
    ]);
  });
});

describe('the lead of a former process of this elector', () => {
  const FORMER = { until: 6000, term: 101, gate: '500' };

  it('is taken up when its application runs and the Lease bears its name, and checked and renewed at once', () => {
    const elector = new Candidate(FORMER);
    elector.reads(OURS);

    expect(elector.hears(running())).toEqual([
      { do: 'note', note: { what: 'resumed', term: 101 } },
      { do: 'check', term: 101 },
      { do: 'renew', fresh: false },
    ]);
    expect(elector.state.lead).toEqual({
      ...FORMER,
      phase: 'starting',
      renewAt: elector.now + 625,
      renewedUntil: FORMER.until,
      limit: FORMER.until,
      promised: {},
      isProlonged: false,
      isUnanswered: true,
      startBy: elector.now + 15_000,
    });
    expect(elector.state).toMatchObject({ taken: ACQUIRED, former: undefined });
  });

  it('is taken up whatever comes first, and not forbidden before all is known', () => {
    const elector = new Candidate(FORMER);

    expect(elector.hears(running())).toEqual([{ do: 'read' }]);
    expect(names(elector.reads(OURS))).toEqual(['note', 'check', 'renew']);
  });

  it('keeps a shorter duration that it counted on', () => {
    const elector = new Candidate(FORMER);
    elector.hears(running());

    expect(names(elector.reads({ ...OURS, duration: 6000, counted: 6000 }))).toEqual([
      'note',
      'check',
      'renew',
    ]);
    expect(elector.state.timing).toMatchObject({ leaseDuration: 6000, renewDeadline: 3000 });
  });

  it.each([
    ['no word of what it counted on', { ...OURS, counted: undefined }],
    ['a word that leaves no time', { ...OURS, counted: 3000 }],
    ['a longer duration', { ...OURS, duration: 20_000, counted: 20_000 }],
  ])('has the configured times with %s', (_, record) => {
    const elector = new Candidate(FORMER);
    elector.hears(running());
    elector.reads(record);

    expect(elector.phase).toBe('starting');
    expect(elector.state.timing).toEqual(SETTINGS.timing);
  });

  it.each([
    ['another term runs', OURS, running(99)],
    ['another gate runs', OURS, { word: 'running', id: '400', term: 101 } as const],
    ['another holds the Lease', THEIRS, running()],
    ['nobody holds the Lease', FREE, running()],
    ['it waits', OURS, WAITING],
    ['it has ended', OURS, ENDED],
  ])('is not taken up when %s', (_, record, gate) => {
    const elector = new Candidate(FORMER);
    elector.reads(record);
    elector.hears(gate);

    expect(elector.phase).toBe('standby');
  });

  it('is not taken up while there is no Lease', () => {
    const elector = new Candidate(FORMER);
    elector.hears(running());

    expect(names(elector.reads(undefined))).toEqual(['ensure']);
    expect(elector.phase).toBe('standby');
  });

  it('has a renewal without an answer repeated after a quarter of the period at the latest', () => {
    const elector = new Candidate({ ...FORMER, until: 8000 });
    elector.reads(OURS);
    elector.hears(running());

    expect(elector.sleep).toBe(625);
  });

  it('is left alone until its deadline, whoever holds the Lease: it may be taken up yet', () => {
    const elector = new Candidate(FORMER);
    elector.reads(THEIRS);

    expect(elector.hears(running())).toEqual([]);
    expect(elector.wait(4999)).toEqual([]);
    expect(elector.wait(1)).toEqual([{ do: 'forbid' }]);
  });

  it('is forbidden once its deadline has passed', () => {
    const elector = new Candidate(FORMER);
    elector.reads(OURS);
    elector.now = 6000;

    expect(elector.hears(running())).toEqual([{ do: 'forbid' }]);
    expect(elector.phase).toBe('standby');
  });

  it('is taken up until a moment before its deadline', () => {
    const elector = new Candidate(FORMER);
    elector.reads(OURS);
    elector.now = 5999;

    expect(names(elector.hears(running()))).toContain('check');
  });

  it('is forgotten with the first lead of this process', () => {
    const elector = new Candidate(FORMER);
    elector.hears({ word: 'waiting', id: '501' });
    elector.reads(FREE);
    elector.answer('acquire', { ...OURS, version: 105 });

    expect(elector.state.former).toBeUndefined();
  });

  it('serves again with its first answer', () => {
    const elector = new Candidate(FORMER);
    elector.reads(OURS);
    elector.hears(running());

    expect(names(elector.take({ type: 'answered', term: 101 }))).toEqual(['route', 'note']);
  });

  it('is lost like any other', () => {
    const elector = new Candidate(FORMER);
    elector.reads(OURS);
    elector.hears(running());

    expect(names(elector.hears(NONE))).toEqual(['forbid', 'stand-by', 'note', 'release']);
  });
});

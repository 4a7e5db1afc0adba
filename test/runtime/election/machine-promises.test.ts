/** What a member answers to a leader that asks it, and what its promise binds it to. */
import type { PromiseRequest } from '../../../runtime/election/events';
import { Candidate, FREE, OURS, THEIRS, TIMING, WAITING, names } from './candidate';

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

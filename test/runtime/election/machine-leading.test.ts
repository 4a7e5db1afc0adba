/** What a leader does to keep the Lease, and how it loses it. */
import type { Gate, LeaseRecord } from '../../../runtime/election/state';
import {
  ACQUIRED,
  acquiredAt,
  Candidate,
  ENDED,
  NONE,
  OURS,
  THEIRS,
  names,
  notes,
  running,
} from './candidate';

const RENEWED = { ...OURS, version: 102 };

const allowed = (until: number) => ({
  do: 'allow',
  deadline: { until, term: 101, gate: '500' },
  ring: false,
});

const RENEWAL = { do: 'renew', fresh: false };
const REPEATED = { do: 'renew', fresh: true };

/** What each lost lead has in common. */
function loss(why: string): readonly unknown[] {
  return [{ do: 'forbid' }, { do: 'stand-by' }, { do: 'note', note: { what: 'lost', term: 101, why } }];
}

describe('renewal', () => {
  it('is sent each period, counted from the sending of the last that was answered', () => {
    const leader = Candidate.leading();

    expect(leader.wait(2499)).toEqual([]);
    expect(leader.wait(1)).toEqual([RENEWAL]);
    leader.now += 40;
    leader.answer('renew', RENEWED, 40);
    expect(leader.wait(2459)).toEqual([]);
    expect(leader.wait(1)).toEqual([RENEWAL]);
  });

  it('that is not answered is repeated on another connection, the more often the nearer the deadline is', () => {
    const leader = Candidate.leading();
    leader.wait(2500);
    const sent = Array.from({ length: 20 }, () => {
      const acts = leader.wait(leader.sleep);
      return [Math.round(8000 - leader.now), ...acts];
    });

    // Milliseconds before the deadline.
    const moments = [
      3938, 3445, 3015, 2638, 2308, 2020, 1767, 1546, 1353, 1184, 1036, 906, 793, 693, 593, 493, 393, 293,
      193, 93,
    ];
    expect(sent).toEqual(moments.map((moment) => [moment, REPEATED]));
    expect(leader.phase).toBe('serving');
  });

  it('is not repeated on another connection once one was answered', () => {
    const leader = Candidate.leading();
    leader.wait(2500);
    leader.wait(600);
    leader.answer('renew', RENEWED, 600);

    expect(leader.wait(leader.sleep)).toEqual([RENEWAL]);
    expect(leader.now).toBe(1000 + 2500 + 2500);
  });

  it('is not put off by the late answer to an earlier one', () => {
    const leader = Candidate.leading();
    leader.wait(2500);
    leader.wait(2500);
    leader.answer('renew', RENEWED, 2500);

    expect(leader.sleep).toBeLessThan(300);
  });

  it('moves the deadline on from its sending, not from its answer', () => {
    const leader = Candidate.leading();
    leader.wait(2500);
    leader.now += 1000;

    expect(leader.answer('renew', RENEWED, 1000)).toEqual([allowed(3500 + 7000)]);
    expect(leader.state.lead?.until).toBe(10_500);
  });

  it('moves no deadline back when the answers come in another order', () => {
    const leader = Candidate.leading();
    leader.wait(2500);
    leader.wait(2500);
    leader.answer('renew', { ...RENEWED, version: 103 }, 0);

    expect(leader.answer('renew', RENEWED, 2500)).toEqual([]);
    expect(leader.state.seen?.record?.version).toBe(103);
  });

  it('moves nothing when it was sent in the same moment as the one before', () => {
    expect(Candidate.leading().answer('renew', RENEWED)).toEqual([]);
  });

  it('that fails changes nothing, and is tried again soon', () => {
    const leader = Candidate.leading();
    leader.wait(2500);

    expect(leader.answer('renew', 'failed')).toEqual([]);
    expect(leader.phase).toBe('serving');
    expect(leader.wait(562)).toEqual([]);
    expect(leader.wait(1)).toEqual([REPEATED]);
  });

  it('that fails late does not put off the next', () => {
    const leader = Candidate.leading();
    leader.wait(2500);
    leader.now += 500;
    leader.answer('renew', 'failed', 500);

    expect(leader.wait(63)).toEqual([REPEATED]);
  });

  it('that is refused has the Lease read', () => {
    const leader = Candidate.leading();
    leader.wait(2500);

    expect(leader.answer('renew', 'refused')).toEqual([{ do: 'read' }]);
    expect(leader.phase).toBe('serving');
  });

  it('that goes unanswered until the deadline ends the lead', () => {
    const leader = Candidate.leading();

    expect(leader.wait(6999)).toEqual([RENEWAL]);
    expect(leader.wait(1).slice(0, 3)).toEqual(loss('not renewed in time'));
    expect(leader.phase).toBe('standby');
  });

  it.each([ENDED, NONE, { word: 'waiting', id: '501' } as const])(
    'has run out at its deadline, also when the gate says %j before a tick comes',
    (said) => {
      const leader = Candidate.leading();
      leader.now = 8000;

      expect(leader.hears(said).slice(0, 3)).toEqual(loss('not renewed in time'));
    },
  );

  it('whose answer comes after the deadline does not save the lead', () => {
    const leader = Candidate.leading();
    leader.now += 7000;

    expect(names(leader.answer('renew', RENEWED, 4500))).not.toContain('allow');
    expect(leader.phase).toBe('standby');
  });

  it.each([
    ['fails', 'failed'],
    ['succeeds', RENEWED],
  ] as const)('that %s leaves another request under way', (_, answer) => {
    const leader = Candidate.leading();
    leader.sees({ ...OURS, version: 102, holder: '' });
    leader.wait(2500);

    expect(names(leader.answer('renew', answer))).not.toContain('restate');
    expect(names(leader.sees({ ...OURS, version: 104, holder: '' }))).toEqual([]);
    expect(names(leader.wait(2500))).toEqual(['renew']);
  });

  it('goes on while a read is under way', () => {
    const leader = Candidate.leading();
    leader.take({ type: 'unwatched' });

    expect(leader.wait(2500)).toEqual([RENEWAL]);
  });
});

it('an API server that is away for less than the deadline changes nothing', () => {
  const leader = Candidate.leading();
  const renewals = Array.from({ length: 20 }, () => {
    const acts = leader.wait(leader.sleep);
    leader.answer('renew', 'failed');
    return [leader.now, names(acts)];
  });
  leader.answer('renew', RENEWED, 100);

  expect(renewals.map(([, acts]) => acts)).toEqual(Array.from({ length: 20 }, () => ['renew']));
  expect(leader.now).toBeGreaterThan(7000);
  expect(leader.phase).toBe('serving');
  expect(leader.state.lead?.until).toBe(leader.now - 100 + 7000);
});

describe('a leader', () => {
  it.each<[string, LeaseRecord]>([
    ['has another holder', { ...THEIRS, version: 102 }],
    ['was given to another', { ...OURS, version: 102, holder: THEIRS.holder }],
    ['was given up by somebody', { ...OURS, version: 102, holder: '', released: true }],
    ['was emptied after another had held it', { ...THEIRS, version: 102, holder: '' }],
    ['has its name, but is another lead', { ...OURS, version: 102, acquired: 'later' }],
  ])('has lost a Lease that %s', (_, record) => {
    const leader = Candidate.leading();

    expect(leader.sees(record).slice(0, 3)).toEqual(loss('taken by another'));
    expect(leader.phase).toBe('standby');
  });

  it('takes back a Lease that was only emptied, under the time at which it took it', () => {
    const leader = Candidate.leading();
    const emptied = { ...OURS, version: 102, holder: '' };

    expect(leader.sees(emptied)).toEqual([
      {
        do: 'restate',
        claim: { base: emptied, duration: 10_000, counted: 10_000, transitions: 4, acquired: ACQUIRED },
      },
    ]);
    expect(leader.phase).toBe('serving');
  });

  it('counts a Lease that it has written again as renewed', () => {
    const leader = Candidate.leading();
    leader.wait(1000);
    leader.sees({ ...OURS, version: 102, holder: '' });

    expect(leader.answer('restate', { ...OURS, version: 103 }, 400)).toEqual([allowed(1600 + 7000)]);
  });

  it('states again what another wrote over what it counts on', () => {
    const leader = Candidate.leading();

    expect(names(leader.sees({ ...RENEWED, counted: 3000 }))).toEqual(['restate']);
  });

  it.each(['failed', 'refused'] as const)('reads again when it could not restate it: %s', (answer) => {
    const leader = Candidate.leading();
    leader.sees({ ...OURS, version: 102, holder: '' });
    const acts = [...leader.answer('restate', answer), ...leader.wait(625)];

    expect(acts).toEqual([{ do: 'read' }]);
    expect(leader.phase).toBe('serving');
  });
});

describe('what the gate says to a leader', () => {
  it.each<[string, Gate, string]>([
    ['its container is gone', NONE, 'container gone'],
    ['another gate waits', { word: 'waiting', id: '501' }, 'container gone'],
    ['another gate runs', { word: 'running', id: '501', term: 101 }, 'container gone'],
    ['another gate has ended', { word: 'ended', id: '501' }, 'container gone'],
    ['the application has ended', ENDED, 'application stopped'],
  ])('ends the lead when %s', (_, gate, why) => {
    const leader = Candidate.leading();

    expect(leader.hears(gate).slice(0, 3)).toEqual(loss(why));
    expect(leader.phase).toBe('standby');
  });

  it.each([
    ['ended', ENDED],
    ['gone', NONE],
  ])('gives the Lease up at once when the application is %s', (_, gate) => {
    const leader = Candidate.leading();

    expect(leader.hears(gate).at(-1)).toEqual({ do: 'release', acquired: ACQUIRED });
  });

  it('changes nothing when it runs', () => {
    const leader = Candidate.leading();

    expect(leader.hears(running())).toEqual([]);
    expect(leader.phase).toBe('serving');
  });

  it('is a failed start when the application ends before it answers', () => {
    const [early, late] = [Candidate.starting(), Candidate.leading()];
    early.hears(running());
    early.hears(ENDED);
    late.hears(ENDED);

    expect([early.state.hasFailed, late.state.hasFailed]).toEqual([true, false]);
  });

  it('tells nobody but a leader anything when the application ends', () => {
    const standby = Candidate.standby(THEIRS);

    expect(standby.hears(ENDED)).toEqual([]);
    expect(standby.state.hasFailed).toBe(false);
  });
});

describe('a Lease that its holder has lost', () => {
  it.each([
    ['released once the application has stopped', ENDED],
    ['released once its container is gone', NONE],
  ])('is %s, and not before', (_, gate) => {
    const leader = Candidate.leading();

    expect(names(leader.wait(7000))).not.toContain('release');
    expect(names(leader.hears(running()))).not.toContain('release');
    expect(leader.hears(gate)).toEqual([{ do: 'release', acquired: ACQUIRED }]);
  });

  it('is taken again, with a new term, when a new gate waits', () => {
    const leader = Candidate.leading();
    leader.hears(ENDED);
    leader.answer('release', 'failed');
    leader.wait(625);
    leader.reads(OURS);

    expect(leader.hears({ word: 'waiting', id: '501' })).toEqual([]);
    leader.answer('release', 'failed');
    leader.wait(1250);
    expect(leader.reads(OURS)).toEqual([
      {
        do: 'acquire',
        claim: {
          base: OURS,
          duration: 10_000,
          counted: 10_000,
          transitions: 5,
          acquired: acquiredAt(leader.now),
        },
      },
    ]);
  });

  it('that another holds is not released', () => {
    const leader = Candidate.leading();
    leader.sees({ ...THEIRS, version: 102 });

    expect(leader.hears(ENDED)).toEqual([]);
  });
});

it('people are told of a lead that ended as of one that began', () => {
  expect(notes(Candidate.leading().hears(NONE))).toEqual([
    { what: 'lost', term: 101, why: 'container gone' },
  ]);
});

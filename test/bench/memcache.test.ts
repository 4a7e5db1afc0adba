import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { MEMCACHE_RESULTS, readTrials } from '../../bench/memcache/results';
import { memcacheTable } from '../../bench/memcache/table';
import type { ClientReport } from '../../cluster/memcache/client';
import { type Trial, hasRecovered, outcomeOf, summaryOf, withTrials } from '../../bench/memcache/trials';
import { cellsIn } from './cells';

const SEEN: ClientReport = {
  prefix: 'client-1.00',
  round: 10,
  acknowledged: 40,
  lost: [],
  neverThere: 0,
  longestPause: 0.1,
  longestCall: 0.1,
  failedCalls: 0,
};
const TRIAL: Trial = {
  fault: 'deleted',
  release: '1.3.0',
  election: 'runtime',
  at: '2026-11-29T08:00:00.000Z',
  load: 3,
  lostKeys: 0,
  keys: 40,
  neverThere: 0,
  pauseSeconds: 2,
  longestCallSeconds: 1.5,
  failedCalls: 0,
};

describe('A client has recovered', () => {
  it('when it has read all keys in a round that began after the fault', () => {
    expect(hasRecovered(SEEN, { ...SEEN, round: 12 })).toBe(true);
  });

  it.each<[string, Partial<ClientReport>]>([
    ['only the round that the fault fell into is over', { round: 11 }],
    ['a key is missing', { round: 12, lost: ['client-1.00-3'] }],
    ['it is another process', { round: 12, prefix: 'client-2.00' }],
  ])('but not when %s', (_, change) => {
    expect(hasRecovered(SEEN, { ...SEEN, ...change })).toBe(false);
  });
});

describe('The outcome of a trial', () => {
  it('counts the keys that were acknowledged meanwhile, too', () => {
    const last = {
      ...SEEN,
      round: 20,
      acknowledged: 50,
      longestPause: 3.14,
      longestCall: 2.04,
      failedCalls: 2,
      neverThere: 3,
    };

    expect(outcomeOf({ ...SEEN, neverThere: 2 }, SEEN, last, 9)).toEqual({
      keys: 50,
      lostKeys: 0,
      neverThere: 1,
      pauseSeconds: 3.1,
      longestCallSeconds: 2,
      failedCalls: 2,
    });
  });

  it('counts what the last round did not read', () => {
    const last = { ...SEEN, round: 90, lost: ['a', 'b'] };

    expect(outcomeOf(SEEN, SEEN, last, 180)).toMatchObject({ keys: 40, lostKeys: 2, pauseSeconds: 0.1 });
  });

  it('is the loss of all keys, and a pause to the end, of a client that stands still', () => {
    const struck = { ...SEEN, round: 11 };

    expect(outcomeOf(SEEN, struck, struck, 180)).toMatchObject({ keys: 40, lostKeys: 40, pauseSeconds: 180 });
  });

  it('is the loss of all keys of a process that ended', () => {
    const last = { ...SEEN, prefix: 'client-2.00', round: 50, acknowledged: 12 };

    expect(outcomeOf(SEEN, SEEN, last, 180)).toMatchObject({ keys: 40, lostKeys: 40 });
  });

  it('has lost nothing exactly if the client has recovered', () => {
    const seen = fc.record({
      prefix: fc.constantFrom('client-1.00', 'client-2.00'),
      round: fc.integer({ min: 10, max: 15 }),
      acknowledged: fc.integer({ min: 1, max: 50 }),
      lost: fc.array(fc.string(), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(seen, fc.integer({ min: 10, max: 12 }), (change, round) => {
        const [struck, last] = [
          { ...SEEN, round },
          { ...SEEN, ...change },
        ];
        expect(outcomeOf(SEEN, struck, last, 180).lostKeys === 0).toBe(hasRecovered(struck, last));
      }),
    );
  });
});

describe('Trials', () => {
  it('of a run replace those of the same fault, release and election, and no others', () => {
    const [killed, own] = [
      { ...TRIAL, fault: 'killed' },
      { ...TRIAL, election: 'embedded' as const },
    ];
    const made = [
      { ...TRIAL, pauseSeconds: 5 },
      { ...TRIAL, pauseSeconds: 6 },
    ];

    expect(withTrials([TRIAL, killed, own, TRIAL], made)).toEqual([killed, own, ...made]);
  });

  it('add up their keys and failed calls, and have a median and a longest pause', () => {
    const pauses = [4, 1, 60, 2, 3];
    const trials = pauses.map((pauseSeconds, index) => ({
      ...TRIAL,
      pauseSeconds,
      lostKeys: index,
      neverThere: index % 2,
      failedCalls: 1,
    }));

    expect(summaryOf(trials)).toEqual({
      trials: 5,
      keys: 200,
      lostKeys: 10,
      neverThere: 2,
      p50Seconds: 3,
      maxSeconds: 60,
      failedCalls: 5,
    });
  });
});

describe('The table', () => {
  it('has a row for each fault, release and election that was tried, whatever the order of the trials', () => {
    const cells = cellsIn(
      memcacheTable([
        { ...TRIAL, fault: 'frozen', pauseSeconds: 9 },
        { ...TRIAL, election: 'embedded', lostKeys: 3, pauseSeconds: 12, failedCalls: 2 },
        { ...TRIAL, release: '1.1.6' },
        TRIAL,
      ]),
    );

    expect(cells).toEqual([
      ['pod is deleted', '1.1.6', 'this runtime', '1', '0 of 40', '0', '0', '2.0 s', '2.0 s'],
      ['pod is deleted', '1.3.0', 'this runtime', '1', '0 of 40', '0', '0', '2.0 s', '2.0 s'],
      ['pod is deleted', '1.3.0', 'MemCache itself', '1', '3 of 40', '0', '2', '12.0 s', '12.0 s'],
      ['node hangs for 25 s', '1.3.0', 'this runtime', '1', '0 of 40', '0', '0', '9.0 s', '9.0 s'],
    ]);
  });
});

describe('The documentation', () => {
  it('shows the trials that are in bench/results', () => {
    expect(existsSync(MEMCACHE_RESULTS)).toBe(true);
    expect(readFileSync('docs/memcache.md', 'utf8')).toContain(memcacheTable(readTrials(MEMCACHE_RESULTS)));
  });
});

import fc from 'fast-check';
import { type Connection, hasSettled, outageOf, parseConnection } from '../../bench/failover/record';

/** A connection each 5 ms, each named by who answers it; `-` stands for nobody. */
function record(answers: string, took = 1): Connection[] {
  return Array.from(answers, (by, index) => {
    const opened = 5 * index;
    return { opened, ended: opened + took, by: by === '-' ? undefined : by };
  });
}

describe('A line of a record', () => {
  it('says when a connection was opened, when it ended, and who answered', () => {
    expect(parseConnection('123456789 1500 slice-0 4711')).toEqual({
      opened: 123456.789,
      ended: 123458.289,
      by: 'slice-0 4711',
    });
  });

  it('says that nobody answered', () => {
    expect(parseConnection('5000 100000 - TIMEOUT').by).toBeUndefined();
  });

  it.each(['', 'slice-0 4711', '12 slice-0 4711', '1 2 slice-0'])('is not %j', (line) => {
    expect(() => parseConnection(line)).toThrow('no line of a record');
  });
});

describe('An outage', () => {
  it('is nothing where all connections are answered', () => {
    expect(outageOf(record('aaaa'))).toEqual({ totalMs: 0, longestMs: 0, staleAnswers: 0 });
    expect(outageOf([])).toEqual({ totalMs: 0, longestMs: 0, staleAnswers: 0 });
  });

  it('lasts from the first connection without an answer to the next one with it', () => {
    expect(outageOf(record('aa---bb'))).toEqual({ totalMs: 15, longestMs: 15, staleAnswers: 0 });
  });

  it('adds up, and its longest gap is that without an interruption', () => {
    expect(outageOf(record('a---b-b--b'))).toEqual({ totalMs: 30, longestMs: 15, staleAnswers: 0 });
  });

  it('does not depend on the order in which connections ended', () => {
    const straight = record('aab-----cc-c');

    fc.assert(
      fc.property(fc.shuffledSubarray(straight, { minLength: straight.length }), (shuffled) => {
        expect(outageOf(shuffled)).toEqual(outageOf(straight));
      }),
    );
  });

  it('and the answered time make up the whole', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', '-'), minLength: 2 }), (answers) => {
        const { totalMs, longestMs } = outageOf(record(answers));
        const unanswered = answers.slice(0, -1).replaceAll(/[^-]/g, '').length;
        expect(totalMs).toBe(5 * unanswered);
        expect(longestMs).toBeLessThanOrEqual(totalMs);
        expect(longestMs > 0).toBe(totalMs > 0);
      }),
    );
  });
});

describe('A stale answer', () => {
  it('is one of a former leader after a later one has answered', () => {
    expect(outageOf(record('aa--babab')).staleAnswers).toBe(2);
    expect(outageOf(record('aa--bbbcb')).staleAnswers).toBe(1);
  });

  it('is known by when it was heard, not by when its connection was opened', () => {
    const before = { opened: 0, ended: 1, by: 'a' };
    const former = { opened: 5, ended: 9, by: 'a' };
    const later = { opened: 6, ended: 20, by: 'b' };

    expect(outageOf([before, former, later]).staleAnswers).toBe(0);
    expect(outageOf([before, former, { ...later, ended: 8 }]).staleAnswers).toBe(1);
  });
});

describe('A service has settled', () => {
  it('when all connections for long enough were answered by one that did not lead before', () => {
    expect(hasSettled(record('aa--bbbb'), 'a', 15)).toBe(true);
  });

  it.each([
    ['nothing was asked', ''],
    ['too little was asked', 'bb'],
    ['the former leader answers', 'aaaaaaaa'],
    ['nobody answered in between', 'aabbb-bb'],
    ['another answered in between', 'bbbbbcbb'],
  ])('not while %s', (_, answers) => {
    expect(hasSettled(record(answers), 'a', 15)).toBe(false);
  });
});

/** Tests of single values: ports, durations in seconds, counts and paths. */
import { Duration } from 'cdk8s';
import {
  countProblems,
  pathProblems,
  portNumberProblems,
  repeatedProblems,
  wholeSecondsProblems,
} from '../../lib/kube/values';
import { expectProblemAlone, refuseAt } from '../support/problems';

describe('a port', () => {
  it.each([1, 80, 65535])('may be %d', (port) => {
    expect(portNumberProblems(port)).toEqual([]);
  });

  it.each([0, -1, 65536, 80.5, NaN, Infinity])('may not be %d', (value) => {
    expectProblemAlone(
      () => {
        refuseAt('p', portNumberProblems(value));
      },
      { property: 'p', value, rule: /from 1 to 65535/ },
    );
  });
});

describe('a duration', () => {
  it.each([
    ['nothing', undefined],
    ['its least', Duration.seconds(2)],
    ['minutes', Duration.minutes(1.5)],
    ['whole seconds in milliseconds', Duration.millis(3000)],
    ['days', Duration.days(1)],
  ])('may be %s', (_, duration) => {
    expect(wholeSecondsProblems(duration, 2)).toEqual([]);
  });

  it.each([
    ['half a second', Duration.millis(2500), '2.5 s', 'use Duration.seconds(3)'],
    ['less than its least', Duration.seconds(1), '1 s', 'use Duration.seconds(2)'],
    ['nothing at all', Duration.seconds(0), '0 s', 'use Duration.seconds(2)'],
    ['less than a millisecond', Duration.seconds(0.0001), '0.0001 s', 'use Duration.seconds(2)'],
    ['part of a millisecond', Duration.millis(4000.5), '4.0005 s', 'use Duration.seconds(5)'],
  ])('may not be %s', (_, duration, value, remedy) => {
    const rule = 'this is whole seconds, at least 2';

    expect(wholeSecondsProblems(duration, 2)).toEqual([{ path: [], value, rule, remedy }]);
  });
});

describe('a count', () => {
  it.each([0, 1, 1000])('of at least none may be %d', (count) => {
    expect(countProblems(count, 0)).toEqual([]);
  });

  it.each([-1, 0.5, NaN, Infinity])('of at least none may not be %d', (value) => {
    expectProblemAlone(
      () => {
        refuseAt('p', countProblems(value, 0));
      },
      { property: 'p', value, rule: /whole number of at least 0/, remedy: /set 0 or more/ },
    );
  });
});

describe('a path', () => {
  it.each(['/', '/data', '/a/b.c/..d', '/a..b'])('may be %s', (path) => {
    expect(pathProblems(path)).toEqual([]);
  });

  it.each(['', 'data', './data', '/a/../b', '/..', '/a:b'])('may not be %p', (value) => {
    expectProblemAlone(
      () => {
        refuseAt('p', pathProblems(value));
      },
      { property: 'p', value, rule: /absolute, without ':' and '..'/ },
    );
  });
});

describe('a list', () => {
  it('may have each value once', () => {
    expect(repeatedProblems(['a', 'b', ''], 'a rule', 'do better')).toEqual([]);
  });

  it('has a problem for each that is there again', () => {
    const again = (value: string) => ({ path: [], value, rule: 'a rule', remedy: 'do better' });

    expect(repeatedProblems(['a', 'b', 'a', 'a', 'b'], 'a rule', 'do better')).toEqual(
      ['a', 'a', 'b'].map(again),
    );
  });
});

/** The text of MemCache's files, how values are written, and what is said about wrong ones. */
import { Duration, Size } from 'cdk8s';
import * as fc from 'fast-check';
import {
  flag,
  LOG_LEVEL,
  memorySize,
  microseconds,
  milliseconds,
  oneOf,
  powerOfTwo,
  renderConfigFile,
  setting,
  settingsLines,
  settingsProblems,
  type SettingsTable,
  upstreamSize,
  type ValueKind,
  wholeMegabytes,
  wholeNumber,
  wholeSeconds,
  wiringLines,
} from '../../lib/settings/config-file';

interface Dish {
  readonly soup?: boolean;
  readonly mainCourse?: 'fish' | 'rice';
  readonly portions?: number;
}

const DISH: SettingsTable<Dish> = {
  soup: setting('dish.soup', flag()),
  mainCourse: setting('dish.main', oneOf('fish', 'rice')),
  portions: setting('dish.portions', wholeNumber(1, 9)),
};

describe('renderConfigFile', () => {
  it('writes one line a key in the given order and ends with a newline', () => {
    const lines = [
      { key: 'b', value: '1' },
      { key: 'a', value: 'tcp://10.0.0.1:5123' },
    ];

    expect(renderConfigFile(lines)).toBe('b = 1\na = tcp://10.0.0.1:5123\n');
  });
});

describe('settingsLines', () => {
  it('writes what is set in the order of the table, whatever the order of the settings', () => {
    const lines = settingsLines(DISH, { portions: 2, soup: false });

    expect(lines).toEqual([
      { key: 'dish.soup', value: 'false' },
      { key: 'dish.portions', value: '2' },
    ]);
  });

  it('writes nothing for a setting that is undefined', () => {
    expect(settingsLines(DISH, { soup: undefined })).toEqual([]);
  });
});

describe('wiringLines', () => {
  it('writes each value under its key', () => {
    expect(wiringLines({ url: 'the.url', on: 'the.switch' }, { on: false, url: 'tcp://x' })).toEqual([
      { key: 'the.url', value: 'tcp://x' },
      { key: 'the.switch', value: 'false' },
    ]);
  });
});

describe('settingsProblems', () => {
  it('finds nothing wrong with settings that keep the rules, or are not set', () => {
    expect(settingsProblems(DISH, { soup: true, mainCourse: undefined, portions: 9 })).toEqual([]);
  });

  it('reports every wrong value at its place', () => {
    expect(settingsProblems(DISH, { soup: 'yes', mainCourse: 'frog', portions: null })).toEqual([
      expect.objectContaining({ path: ['soup'], value: 'yes' }),
      expect.objectContaining({ path: ['mainCourse'], value: 'frog' }),
      expect.objectContaining({ path: ['portions'], value: null }),
    ]);
  });

  it.each([
    ['maincourse', 'mainCourse'],
    ['main_course', 'mainCourse'],
    ['potion', 'portions'],
    ['soups', 'soup'],
    ['', 'soup'],
  ])('reports the unknown setting %p and suggests %p', (written, meant) => {
    expect(settingsProblems(DISH, { [written]: Size.gibibytes(1) })).toEqual([
      {
        path: [written],
        value: '1Gi',
        rule: 'unknown setting',
        remedy: `did you mean ${meant}? Rename or remove it`,
      },
    ]);
  });

  it.each(['constructor', 'toString', '__proto__'])(
    'reports %p, which every object inherits, as unknown',
    (name) => {
      const given: object = Object.fromEntries([[name, 1]]);

      expect(settingsProblems(DISH, given)).toMatchObject([{ path: [name], rule: 'unknown setting' }]);
    },
  );
});

describe('kinds of values', () => {
  const most = Size.tebibytes(1);

  it.each<[string, ValueKind<never>, unknown]>([
    ['a whole number at its least', wholeNumber(2, 5), 2],
    ['a whole number at its most', wholeNumber(2, 5), 5],
    ['a power of two', powerOfTwo(1, 1024), 256],
    ['the least power of two', powerOfTwo(1, 1024), 1],
    ['no microseconds', microseconds(0, 10), 0],
    ['a word', LOG_LEVEL, 'warn'],
    ['a flag', flag(), false],
    ['the least whole MiB', wholeMegabytes(1, 500), Size.kibibytes(1024)],
    ['the most whole MiB', wholeMegabytes(1, 500), Size.mebibytes(500)],
    ['no memory', memorySize(most), Size.gibibytes(0)],
    ['the most memory', memorySize(most), Size.gibibytes(1024)],
    ['the fewest milliseconds', milliseconds(1, 600_000), Duration.millis(1)],
    ['the most milliseconds', milliseconds(1, 600_000), Duration.minutes(10)],
    ['the fewest seconds', wholeSeconds(1, 600), Duration.millis(1000)],
    ['the most seconds', wholeSeconds(1, 600), Duration.minutes(10)],
  ])('accept %s', (_, kind, value) => {
    expect(kind.accepts(value)).toBe(true);
  });

  it.each<[string, ValueKind<never>, unknown]>([
    ['a whole number below its least', wholeNumber(2, 5), 1],
    ['a whole number above its most', wholeNumber(2, 5), 6],
    ['a fraction', wholeNumber(2, 5), 2.5],
    ['a number in quotes', wholeNumber(2, 5), '3'],
    ['no number', wholeNumber(2, 5), Number.NaN],
    ['another number', powerOfTwo(1, 1024), 96],
    ['too large a power of two', powerOfTwo(1, 1024), 2048],
    ['a power in quotes', powerOfTwo(1, 1024), '2'],
    ['a part of a microsecond', microseconds(0, 10), 0.5],
    ['another word', LOG_LEVEL, 'trace'],
    ['a word in capitals', LOG_LEVEL, 'INFO'],
    ['a flag in quotes', flag(), 'true'],
    ['too few MiB', wholeMegabytes(1, 500), Size.kibibytes(1023)],
    ['too many MiB', wholeMegabytes(1, 500), Size.mebibytes(501)],
    ['a fraction of a MiB', wholeMegabytes(1, 500), Size.mebibytes(1.5)],
    ['a number where a Size belongs', wholeMegabytes(1, 500), 20],
    ['too much memory', memorySize(most), Size.gibibytes(1025)],
    ['memory as text', memorySize(most), '1GB'],
    ['too few milliseconds', milliseconds(1, 600_000), Duration.millis(0)],
    ['too many milliseconds', milliseconds(1, 600_000), Duration.millis(600_001)],
    ['a fraction of a millisecond', milliseconds(1, 600_000), Duration.millis(0.5)],
    ['a number where milliseconds belong', milliseconds(1, 600_000), 500],
    ['too few seconds', wholeSeconds(1, 600), Duration.seconds(0)],
    ['too many seconds', wholeSeconds(1, 600), Duration.seconds(601)],
    ['a fraction of a second', wholeSeconds(1, 600), Duration.millis(1500)],
    ['a number where seconds belong', wholeSeconds(1, 600), 60],
  ])('refuse %s', (_, kind, value) => {
    expect(kind.accepts(value)).toBe(false);
  });

  it('write sizes and durations in the unit of their key', () => {
    expect([
      wholeMegabytes(1, 2048).write(Size.gibibytes(1)),
      memorySize(most).write(Size.gibibytes(1)),
      milliseconds(1, 600_000).write(Duration.seconds(3)),
      wholeSeconds(1, 600).write(Duration.minutes(2)),
    ]).toEqual(['1024', '1GB', '3000', '120']);
  });

  it.each([
    [Size.gibibytes(2), '2Gi'],
    [Duration.seconds(90), '1 minute 30 seconds'],
    [12, 12],
  ])('are shown in problems as people write them', (value, shown) => {
    const row = setting('key', oneOf('a'));

    expect(row.problems(value)).toEqual([
      { path: [], value: shown, rule: 'this is one of a', remedy: 'choose one of them' },
    ]);
  });
});

describe('upstreamSize', () => {
  it.each([
    [Size.gibibytes(0), '0'],
    [Size.kibibytes(3), '3KB'],
    [Size.mebibytes(512), '512MB'],
    [Size.gibibytes(1.5), '1536MB'],
    [Size.mebibytes(2048), '2GB'],
    [Size.gibibytes(1024), '1TB'],
    [Size.pebibyte(1), '1024TB'],
  ])('writes the largest exact unit (%#)', (size, written) => {
    expect(upstreamSize(size)).toBe(written);
  });

  it('is read back by MemCache as the same size', () => {
    fc.assert(
      fc.property(wholeKibibytes(), (kibibytes) => {
        expect(readByMemCache(upstreamSize(Size.kibibytes(kibibytes)))).toBe(kibibytes * 1024);
      }),
    );
  });

  it('does not depend on the unit in which the size was given', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1024 * 1024 }), (mebibytes) => {
        const forms = [
          Size.kibibytes(mebibytes * 1024),
          Size.mebibytes(mebibytes),
          Size.gibibytes(mebibytes / 1024),
        ];

        expect(new Set(forms.map(upstreamSize)).size).toBe(1);
      }),
    );
  });

  it('never writes a number that a larger unit would hold', () => {
    fc.assert(
      fc.property(wholeKibibytes(), (kibibytes) => {
        const [, amount = '', unit = ''] = /^(\d+)(\D*)$/.exec(upstreamSize(Size.kibibytes(kibibytes))) ?? [];

        expect(unit === 'TB' || Number(amount) % 1024 !== 0 || (amount === '0' && unit === '')).toBe(true);
      }),
    );
  });
});

/** Sizes up to 1 TiB, with many that larger units hold exactly. */
function wholeKibibytes(): fc.Arbitrary<number> {
  const unit = fc.constantFrom(1, 1024, 1024 ** 2, 1024 ** 3);
  return fc.tuple(fc.integer({ min: 0, max: 1024 }), unit).map(([amount, factor]) => amount * factor);
}

/** MemCache's rule: digits, then a unit of any case, each 1024 times the one before; no unit means bytes. */
function readByMemCache(written: string): number {
  const [, amount, unit = 'x'] = /^([\d.]+) *(|[kmgt]?b|[kmgt])$/i.exec(written) ?? [];
  return Number(amount) * 1024 ** Math.max(0, ' kmgt'.indexOf(unit.charAt(0).toLowerCase() || ' '));
}

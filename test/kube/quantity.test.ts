/** Tests of quantities against exact arithmetic with fractions. */
import { Size } from 'cdk8s';
import fc from 'fast-check';
import { isQuantity, nanosOf, quantityOf } from '../../lib/kube/quantity';

/** What each suffix multiplies by, as a fraction. */
const SUFFIXES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  n: [1n, 10n ** 9n],
  u: [1n, 10n ** 6n],
  m: [1n, 10n ** 3n],
  '': [1n, 1n],
  k: [10n ** 3n, 1n],
  M: [10n ** 6n, 1n],
  G: [10n ** 9n, 1n],
  T: [10n ** 12n, 1n],
  P: [10n ** 15n, 1n],
  E: [10n ** 18n, 1n],
  Ki: [2n ** 10n, 1n],
  Mi: [2n ** 20n, 1n],
  Gi: [2n ** 30n, 1n],
  Ti: [2n ** 40n, 1n],
  Pi: [2n ** 50n, 1n],
  Ei: [2n ** 60n, 1n],
  e3: [10n ** 3n, 1n],
  E3: [10n ** 3n, 1n],
  'e+03': [10n ** 3n, 1n],
  'E-2': [1n, 10n ** 2n],
  'e-12': [1n, 10n ** 12n],
};

interface Written {
  readonly sign: '' | '+' | '-';
  readonly whole: string;
  readonly fraction: string | undefined;
  readonly suffix: string;
}

const digits = fc.stringMatching(/^[0-9]{1,15}$/);
const written: fc.Arbitrary<Written> = fc.record({
  sign: fc.constantFrom('', '+', '-'),
  whole: digits,
  fraction: fc.option(fc.oneof(digits, fc.constant('')), { nil: undefined }),
  suffix: fc.constantFrom(...Object.keys(SUFFIXES)),
});

function write({ sign, whole, fraction, suffix }: Written): string {
  return `${sign}${whole}${fraction === undefined ? '' : `.${fraction}`}${suffix}`;
}

/** The billionths, away from zero where they are not whole. */
function exactNanos({ sign, whole, fraction = '', suffix }: Written): bigint {
  const [times, by] = SUFFIXES[suffix] ?? [0n, 1n];
  const numerator = BigInt(whole + fraction) * times * 10n ** 9n;
  const denominator = by * 10n ** BigInt(fraction.length);
  const rest = numerator % denominator > 0n ? 1n : 0n;
  return (sign === '-' ? -1n : 1n) * (numerator / denominator + rest);
}

describe('a quantity', () => {
  it('has the billionths that exact arithmetic gives, rounded away from zero', () => {
    fc.assert(
      fc.property(written, (amount) => {
        expect(nanosOf(write(amount))).toBe(exactNanos(amount));
      }),
      { numRuns: 2000 },
    );
  });

  it('compares as exact arithmetic does', () => {
    fc.assert(
      fc.property(written, written, (left, right) => {
        const [a = 0n, b = 0n] = [nanosOf(write(left)), nanosOf(write(right))];
        expect(a < b).toBe(exactNanos(left) < exactNanos(right));
      }),
    );
  });

  it.each([
    ['1', '1000m'],
    ['0.5', '500m'],
    ['.5', '500m'],
    ['5.', '5'],
    ['1Gi', '1024Mi'],
    ['1.5Gi', '1536Mi'],
    ['1E', '1000P'],
    ['1E3', '1k'],
    ['1e-3', '1m'],
    ['0.1n', '1n'],
    ['+2', '2'],
    ['-0', '0'],
  ])('written %s is the same as %s', (one, other) => {
    expect(nanosOf(one)).toBe(nanosOf(other));
    expect(isQuantity(one)).toBe(true);
  });

  it('of a binary unit is more than of a decimal one', () => {
    expect(nanosOf('1Ki')).toBe(1024n * 10n ** 9n);
    expect(nanosOf('1k')).toBe(1000n * 10n ** 9n);
  });

  it.each([
    '',
    '.',
    '-',
    'Gi',
    'm',
    '1 Gi',
    ' 1',
    '1\n',
    '1gi',
    '1GB',
    '1ki',
    '1K',
    '1Zi',
    '0x1',
    '1e',
    '1e1.5',
    '1,5',
    '--1',
    '1.2.3',
    'ten',
  ])('is not %p', (text) => {
    expect(nanosOf(text)).toBeUndefined();
    expect(isQuantity(text)).toBe(false);
  });

  it('of a resource is not negative', () => {
    expect(isQuantity('-1m')).toBe(false);
    expect(isQuantity('0')).toBe(true);
  });
});

describe('a size', () => {
  const UNITS = [
    ['Ki', (amount: number) => Size.kibibytes(amount)],
    ['Mi', (amount: number) => Size.mebibytes(amount)],
    ['Gi', (amount: number) => Size.gibibytes(amount)],
    ['Ti', (amount: number) => Size.tebibytes(amount)],
    ['Pi', (amount: number) => Size.pebibyte(amount)],
  ] as const;

  it('is written as a quantity of as many bytes', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.constantFrom(...UNITS), (amount, [unit, sizeOf]) => {
        expect(nanosOf(quantityOf(sizeOf(amount)))).toBe(nanosOf(`${amount}${unit}`));
      }),
    );
  });

  it('is written with the same characters, whatever unit it was given in', () => {
    fc.assert(
      fc.property(fc.nat(5000), (amount) => {
        expect(quantityOf(Size.mebibytes(amount * 1024))).toBe(quantityOf(Size.gibibytes(amount)));
      }),
    );
  });

  it.each([
    [Size.kibibytes(0), '0Ki'],
    [Size.kibibytes(1), '1Ki'],
    [Size.kibibytes(1025), '1025Ki'],
    [Size.mebibytes(1536), '1536Mi'],
    [Size.gibibytes(1.5), '1536Mi'],
    [Size.gibibytes(2048), '2Ti'],
    [Size.tebibytes(1024 * 1024), '1024Pi'],
  ])('is written in the largest unit that holds it: %#', (size, quantity) => {
    expect(quantityOf(size)).toBe(quantity);
  });

  it.each([
    [Size.gibibytes(1.3), '1363149Ki'],
    [Size.kibibytes(0.5), '1Ki'],
  ])('that is no whole number of KiB is rounded up: %#', (size, quantity) => {
    expect(quantityOf(size)).toBe(quantity);
  });
});

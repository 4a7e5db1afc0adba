/** Kubernetes quantities, compared exactly: `500m` of a CPU, `1.5Gi` of memory. */
import { Size, SizeRoundingBehavior } from 'cdk8s';

const QUANTITY = /^([+-]?)(\d+)?(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d{1,2})?$/;

const NANO_DIGITS = 9;

const DECIMAL_EXPONENTS: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const BINARY_POWERS: Readonly<Record<string, bigint>> = { Ki: 1n, Mi: 2n, Gi: 3n, Ti: 4n, Pi: 5n, Ei: 6n };

/** The quantity in billionths, rounded up as the API server rounds; undefined when it is none. */
export function nanosOf(quantity: string): bigint | undefined {
  const [whole, sign, integer = '', fraction = '', suffix = ''] = QUANTITY.exec(quantity) ?? [];
  if (whole === undefined || integer + fraction === '') return undefined;
  const binary = BINARY_POWERS[suffix];
  const multiplier = binary === undefined ? 1n : 1024n ** binary;
  const exponent = binary === undefined ? decimalExponent(suffix) : 0;
  const magnitude = scaleUp(
    BigInt(integer + fraction) * multiplier,
    NANO_DIGITS + exponent - fraction.length,
  );
  return sign === '-' ? -magnitude : magnitude;
}

/** Whether `quantity` is one that Kubernetes accepts for a resource: well formed and not negative. */
export function isQuantity(quantity: string): boolean {
  const nanos = nanosOf(quantity);
  return nanos !== undefined && nanos >= 0n;
}

/** A size, rounded up to whole KiB, as a quantity in the largest binary unit that holds it exactly: `2Gi`, `1536Mi`. */
export function quantityOf(size: Size): string {
  const units = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi'] as const;
  let amount = Math.ceil(size.toKibibytes({ rounding: SizeRoundingBehavior.NONE }));
  let unit = 0;
  while (unit < units.length - 1 && amount > 0 && amount % 1024 === 0) {
    amount /= 1024;
    unit += 1;
  }
  return `${amount}${units[unit] ?? ''}`;
}

function decimalExponent(suffix: string): number {
  const named = DECIMAL_EXPONENTS[suffix];
  if (named !== undefined) return named;
  return suffix === '' ? 0 : Number(suffix.slice(1));
}

function scaleUp(value: bigint, exponent: number): bigint {
  if (exponent >= 0) return value * 10n ** BigInt(exponent);
  const divisor = 10n ** BigInt(-exponent);
  return (value + divisor - 1n) / divisor;
}

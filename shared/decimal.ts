// Decimal numbers as they stand in somebody's file, kept exactly. A double holds every decimal of up to 15 significant
// digits, and its shortest text is that decimal again: a number that came as JSON is read as text, not reckoned with.
import type { Ratio } from './money.ts';
import { ratio, roundHalfEven } from './money.ts';

/** Significant digits that a double keeps of any decimal (IEEE 754 binary64). */
const KEPT_DIGITS = 15;

/** `digits / 10^scale`, exact; `0.25 → 25, 2`. */
export type Decimal = { readonly digits: bigint; readonly scale: number };

/** Does the double stand for one decimal of at most 15 significant digits? `0.1 + 0.2` does not. */
export function isExact(value: number): boolean {
  const decimal = parseDecimal(String(value));
  return decimal !== undefined && significant(decimal.digits) <= KEPT_DIGITS;
}

/** Is what the text says still there when it is held as a double? A text that is no number is not. */
export function survivesAsDouble(text: string): boolean {
  const [written, kept] = [parseDecimal(text), parseDecimal(String(Number(text)))];
  return written !== undefined && kept !== undefined && written.digits === kept.digits && written.scale === kept.scale;
}

/** The decimal that a number of at most 15 digits stands for. Throws `RangeError` for NaN and infinities. */
export function decimalOf(value: number): Decimal {
  const decimal = parseDecimal(String(value));
  if (decimal === undefined) throw new RangeError('only finite numbers are decimals');
  return decimal;
}

/**
 * `"1.50e-1" → 15, 2`: JSON's notation of numbers, in lowest terms. Undefined when it is none, or when it would need
 * more than 400 places: nobody means those, and writing them out would fill the memory.
 */
export function parseDecimal(text: string): Decimal | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  if (match === null || text.length > 400) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const figures = `${whole}${fraction}`.replace(/^0+/, '');
  const kept = figures.replace(/0+$/, '');
  if (kept === '') return { digits: 0n, scale: 0 };
  const places = fraction.length - Number(exponent) - (figures.length - kept.length);
  if (Math.abs(places) > 400) return undefined;
  const digits = BigInt(`${sign}${kept}`);
  return places >= 0 ? { digits, scale: places } : { digits: digits * 10n ** BigInt(-places), scale: 0 };
}

/** The decimal in a unit that is `factor` times smaller, rounded up: `1.2345 kWh → 1235 Wh`. */
export function ceilIn({ digits, scale }: Decimal, factor: bigint): bigint {
  const denominator = 10n ** BigInt(scale);
  const product = digits * factor;
  return product / denominator + (product > 0n && product % denominator !== 0n ? 1n : 0n);
}

export function sumOf(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { digits: digitsAt(a, scale) + digitsAt(b, scale), scale };
}

/** The digits behind a given number of places, which must not be fewer than the decimal has: `0.25 at 4 → 2500`. */
export function digitsAt(decimal: Decimal, scale: number): bigint {
  return decimal.digits * 10n ** BigInt(scale - decimal.scale);
}

/** `1/3, 2 → "0.33"`: rounded half-even to so many places behind the point. */
export function fixedText(value: Ratio, places: number): string {
  const rounded = roundHalfEven(ratio(value.numerator * 10n ** BigInt(places), value.denominator));
  const text = String(rounded < 0n ? -rounded : rounded).padStart(places + 1, '0');
  const sign = rounded < 0n ? '-' : '';
  return places === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -places)}.${text.slice(-places)}`;
}

/** `25, 2 → "0.25"`: all of it, with at least `places` places. */
export function decimalText({ digits, scale }: Decimal, places = 0): string {
  return fixedText(ratio(digits, 10n ** BigInt(scale)), Math.max(scale, places));
}

function significant(digits: bigint): number {
  return String(digits < 0n ? -digits : digits).replace(/0+$/, '').length;
}

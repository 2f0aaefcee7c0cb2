// Money is whole: minor units of a currency (cents; yen). Only the price calculation has fractions: an exact ratio of
// bigints, rounded once, half-even, for a ticket's total. No floating point in a sum.
import { z } from 'zod';
import { invariant } from './assert.ts';

/** ISO 4217 alphabetic code. */
export const currencySchema = z.string().regex(/^[A-Z]{3}$/, 'must be a code such as EUR').brand<'Currency'>();
export type Currency = z.infer<typeof currencySchema>;
export const currency = (code: string): Currency => code as Currency;

/** An exact amount: `numerator / denominator` minor units. The denominator is positive. */
export type Ratio = { readonly numerator: bigint; readonly denominator: bigint };

export const ZERO: Ratio = { numerator: 0n, denominator: 1n };

/** A ratio of whole numbers. Throws `BugError` when the denominator is not positive. */
export function ratio(numerator: bigint, denominator: bigint = 1n): Ratio {
  invariant(denominator > 0n, 'a ratio has a positive denominator');
  return { numerator, denominator };
}

export function addRatio(a: Ratio, b: Ratio): Ratio {
  if (a.denominator === b.denominator) return ratio(a.numerator + b.numerator, a.denominator);
  return ratio(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

/** The nearest whole number; a tie goes to the even one (banker's rounding, ISO 80000-1 rule A). */
export function roundHalfEven({ numerator, denominator }: Ratio): bigint {
  let quotient = numerator / denominator;
  let rest = numerator % denominator;
  if (rest < 0n) {
    rest += denominator;
    quotient -= 1n;
  }
  const twice = rest * 2n;
  if (twice > denominator || (twice === denominator && quotient % 2n !== 0n)) quotient += 1n;
  return quotient;
}

/** Digits behind the point of a currency (ISO 4217: 0 for JPY, 2 for EUR, 3 for KWD). */
export function minorDigits(code: Currency): number {
  const cached = digitsOf.get(code);
  if (cached !== undefined) return cached;
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions()
    .maximumFractionDigits;
  digitsOf.set(code, digits ?? 2);
  return digits ?? 2;
}

const digitsOf = new Map<Currency, number>();

/** `1234, EUR → "12.34 EUR"`, exact. */
export function formatMoney(amountMinor: number, code: Currency): string {
  return `${formatAmount(amountMinor, code)} ${code}`;
}

/** `1234, EUR → "12.34"`: where something else names the currency. */
export function formatAmount(amountMinor: number, code: Currency): string {
  const digits = minorDigits(code);
  const sign = amountMinor < 0 ? '-' : '';
  const text = String(Math.abs(amountMinor)).padStart(digits + 1, '0');
  const whole = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  return `${sign}${whole}`;
}

/** `"12.34", EUR → 1234`; undefined when the text is no amount of that currency or has too many digits. */
export function parseMoney(text: string, code: Currency): number | undefined {
  const match = /^(-?)(\d{1,12})(?:\.(\d+))?$/.exec(text.trim());
  if (match === null) return undefined;
  const digits = minorDigits(code);
  const fraction = match[3] ?? '';
  if (fraction.length > digits) return undefined;
  const value = Number(`${match[2] ?? '0'}${fraction.padEnd(digits, '0')}`);
  return match[1] === '-' && value !== 0 ? -value : value;
}

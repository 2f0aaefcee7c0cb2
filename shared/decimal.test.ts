import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ceilIn, decimalOf, decimalText, fixedText, isExact, parseDecimal, sumOf, survivesAsDouble,
} from './decimal.ts';
import { ratio } from './money.ts';

describe('a decimal', () => {
  it.each([
    ['0.25', 25n, 2], ['5', 5n, 0], ['100', 100n, 0], ['1.50e-1', 15n, 2], ['2E3', 2_000n, 0], ['-0.0', 0n, 0],
    ['1e-7', 1n, 7], ['-1.25', -125n, 2], ['0', 0n, 0],
  ])('%s is read exactly', (text, digits, scale) => {
    expect(parseDecimal(text)).toEqual({ digits, scale });
  });

  it.each(['', '.5', '1.', '0x10', '1e99999', '1e401', 'NaN', 'Infinity', '1_000', ' 1', '9'.repeat(401)])(
    '%s is none', (text) => expect(parseDecimal(text)).toBeUndefined());

  it('of up to 15 digits comes back from the double that holds it', () => {
    const decimals = fc.tuple(fc.integer({ min: 0, max: 999_999_999_999_999 }), fc.integer({ min: 0, max: 15 }));
    fc.assert(fc.property(decimals, ([digits, scale]) => {
      const text = decimalText({ digits: BigInt(digits), scale });
      expect(isExact(Number(text))).toBe(true);
      expect(decimalOf(Number(text))).toEqual(parseDecimal(text));
      expect(survivesAsDouble(text)).toBe(true);
    }));
  });

  it('that a double has lost is seen', () => {
    expect(isExact(0.1 + 0.2)).toBe(false);
    expect(isExact(Number.NaN)).toBe(false);
    expect(isExact(1e308)).toBe(true);
    expect(survivesAsDouble('0.1000000000000000055')).toBe(false);
    expect(survivesAsDouble('1e999')).toBe(false);
    expect(survivesAsDouble('0.10')).toBe(true);
  });

  it('adds and rounds up in a smaller unit without a float', () => {
    expect(sumOf({ digits: 1n, scale: 1 }, { digits: 2n, scale: 1 })).toEqual({ digits: 3n, scale: 1 });
    expect(ceilIn({ digits: 12345n, scale: 4 }, 1_000n)).toBe(1_235n);
    expect(ceilIn({ digits: 12n, scale: 1 }, 1_000n)).toBe(1_200n);
  });

  it.each([
    [1n, 3n, 2, '0.33'], [5n, 1000n, 2, '0.00'], [15n, 1000n, 2, '0.02'], [-1n, 2n, 0, '0'], [-7n, 2n, 0, '-4'],
    [-1n, 20n, 2, '-0.05'], [12n, 1n, 0, '12'], [61n, 10n, 2, '6.10'],
  ])('%s/%s to %i places is %s', (numerator, denominator, places, text) => {
    expect(fixedText(ratio(numerator, denominator), places)).toBe(text);
  });
});

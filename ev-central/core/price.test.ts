import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tariffId } from '../../shared/ids.ts';
import { currency, roundHalfEven } from '../../shared/money.ts';
import type { Tariff } from '../../shared/messages/values.ts';
import { msOfDay } from '../../shared/zone.ts';
import { addUsage, beginUsage, priceOf, totalMinor, usageDifference, usedWh } from './price.ts';
import type { MeterPoint } from './rows.ts';

const DAY_NIGHT: Tariff = {
  tariffId: tariffId('t'), currency: currency('EUR'), perSessionMicros: 350_000,
  bands: [
    { fromMinute: 0, toMinute: 450, perKwhMicros: 199_999, perMinuteMicros: 0 },
    { fromMinute: 450, toMinute: 1200, perKwhMicros: 420_001, perMinuteMicros: 12_345 },
    { fromMinute: 1200, toMinute: 1440, perKwhMicros: 310_000, perMinuteMicros: 1 },
  ],
};
const ZONES = ['UTC', 'Europe/Madrid', 'Asia/Kathmandu', 'America/New_York', 'Australia/Lord_Howe'];

/** Meter points of a charge: a start, then steps of time and energy. */
const charges = fc.record({
  startMs: fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }),
  steps: fc.array(fc.record({ ms: fc.integer({ min: 0, max: 5_400_000 }), wh: fc.integer({ min: 0, max: 9_000 }) }), {
    maxLength: 8,
  }),
  zone: fc.constantFrom(...ZONES),
});

function pointsOf(charge: { startMs: number; steps: { ms: number; wh: number }[] }): MeterPoint[] {
  const points: MeterPoint[] = [{ registerWh: 1_000, atMs: charge.startMs }];
  for (const step of charge.steps) {
    const last = points.at(-1) ?? { registerWh: 0, atMs: 0 };
    points.push({ registerWh: last.registerWh + step.wh, atMs: last.atMs + step.ms });
  }
  return points;
}

function fold(points: readonly MeterPoint[], zone: string) {
  const [first, ...rest] = points;
  if (first === undefined) throw new Error('no start');
  return rest.reduce((usage, point) => addUsage(usage, point, DAY_NIGHT, zone), beginUsage(first));
}

describe('the fold of meter values', () => {
  it('keeps every Wh and every millisecond, in whole numbers', () => {
    fc.assert(fc.property(charges, (charge) => {
      const points = pointsOf(charge);
      const usage = fold(points, charge.zone);
      const [first, last] = [points[0], points.at(-1)];
      expect(usedWh(usage)).toBe((last?.registerWh ?? 0) - (first?.registerWh ?? 0));
      expect(usage.bands.reduce((sum, b) => sum + b.durationMs, 0)).toBe((last?.atMs ?? 0) - (first?.atMs ?? 0));
      expect(usage.bands.every((b) => Number.isInteger(b.energyWh) && b.energyWh >= 0)).toBe(true);
    }));
  });

  it('puts each minute into the band of the wall clock, over changes of summer time too', () => {
    fc.assert(fc.property(charges, (charge) => {
      const points = pointsOf(charge);
      const usage = fold(points, charge.zone);
      const [first, last] = [points[0]?.atMs ?? 0, points.at(-1)?.atMs ?? 0];
      const slow = new Map<number, number>();
      // Minute by minute, with the remainders at both ends: slow and obvious.
      for (let at = first; at < last;) {
        const next = Math.min(last, (Math.floor(at / 60_000) + 1) * 60_000);
        const minute = Math.floor(msOfDay(charge.zone, at) / 60_000);
        const band = DAY_NIGHT.bands.find((b) => b.fromMinute <= minute && minute < b.toMinute)?.fromMinute ?? -1;
        slow.set(band, (slow.get(band) ?? 0) + next - at);
        at = next;
      }
      const fast = usage.bands.filter((b) => b.durationMs > 0).map((b) => [b.fromMinute, b.durationMs] as const);
      expect(new Map(fast)).toEqual(slow);
    }), { numRuns: 40 });
  });
});

describe('the price', () => {
  it('is the exact sum, rounded once, half-even', () => {
    fc.assert(fc.property(charges, (charge) => {
      const usage = fold(pointsOf(charge), charge.zone);
      // An independent sum in rationals of millionths, over one large denominator.
      let micros = BigInt(DAY_NIGHT.perSessionMicros) * 60_000_000n;
      for (const used of usage.bands) {
        const band = DAY_NIGHT.bands.find((b) => b.fromMinute === used.fromMinute);
        micros += BigInt(used.energyWh) * BigInt(band?.perKwhMicros ?? 0) * 60_000n;
        micros += BigInt(used.durationMs) * BigInt(band?.perMinuteMicros ?? 0) * 1_000n;
      }
      const expected = roundHalfEven({ numerator: micros, denominator: 60_000_000n * 10_000n });
      expect(totalMinor(usage, DAY_NIGHT)).toBe(Number(expected));
    }));
  });

  it('of a correction is the difference of the two totals, so both tickets add up', () => {
    fc.assert(fc.property(charges, fc.integer({ min: 1, max: 5_000 }), (charge, missingWh) => {
      const points = pointsOf(charge);
      const first = fold(points, charge.zone);
      const last = points.at(-1) ?? { registerWh: 0, atMs: 0 };
      const later = addUsage(first, { registerWh: last.registerWh + missingWh, atMs: last.atMs + 60_000 },
        DAY_NIGHT, charge.zone);
      expect(usedWh(usageDifference(later, first))).toBe(missingWh);
    }));
  });

  it('has a line for each band and kind', () => {
    const bands = [{ fromMinute: 450, energyWh: 10_000, durationMs: 600_000 }];
    const usage = { bands, last: { registerWh: 0, atMs: 0 } };
    const day = { fromMinute: 450, toMinute: 1200 };
    expect(priceOf(usage, DAY_NIGHT)).toEqual({
      lines: [
        { kind: 'energy', ...day, quantity: 10_000, unitPriceMicros: 420_001, amountMicros: 4_200_010 },
        { kind: 'time', ...day, quantity: 600_000, unitPriceMicros: 12_345, amountMicros: 123_450 },
        {
          kind: 'session', fromMinute: 0, toMinute: 1440, quantity: 1, unitPriceMicros: 350_000,
          amountMicros: 350_000,
        },
      ],
      totalMinor: 467,
    });
  });

  it.each([[1n, 2n, 0n], [3n, 2n, 2n], [5n, 2n, 2n], [-1n, 2n, 0n], [-3n, 2n, -2n], [7n, 3n, 2n]])(
    'rounds %s/%s half-even to %s', (numerator, denominator, expected) => {
      expect(roundHalfEven({ numerator, denominator })).toBe(expected);
    });
});

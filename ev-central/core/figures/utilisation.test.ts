import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { msWithin, type Span, thereSpans, utilisationOf } from './utilisation.ts';

const HOUR_MS = 3_600_000;
const spans = fc.array(
  fc.tuple(fc.nat(100), fc.nat(40)).map(([from, length]): Span => ({ fromMs: from, untilMs: from + length })),
  { maxLength: 12 });
const overlap = (a: Span, b: Span): number =>
  Math.max(0, Math.min(a.untilMs, b.untilMs) - Math.max(a.fromMs, b.fromMs));

describe('the time in which connectors were there', () => {
  it('is, in each bucket, the sum of what each connector was there in it', () => {
    fc.assert(fc.property(spans, fc.array(fc.nat(20), { minLength: 1, maxLength: 8 }), (there, lengths) => {
      let atMs = 20;
      const buckets = lengths.map((length): Span => ({ fromMs: atMs, untilMs: (atMs += length) }));
      expect(msWithin(there, buckets)).toEqual(buckets.map((bucket) =>
        there.reduce((sum, span) => sum + overlap(span, bucket), 0)));
    }));
  });

  it('leaves out the spans in which it was removed', () => {
    fc.assert(fc.property(spans, (removed) => {
      const watched = { fromMs: 30, untilMs: 90 };
      const there = thereSpans(watched, removed);
      for (let ms = 0; ms < 150; ms++) {
        const isIn = ({ fromMs, untilMs }: Span): boolean => fromMs <= ms && ms < untilMs;
        expect(there.filter(isIn)).toHaveLength(isIn(watched) && !removed.some(isIn) ? 1 : 0);
      }
    }));
  });
});

describe('utilisation', () => {
  it('is charging, idle and both of the time in which the connectors were there', () => {
    expect(utilisationOf({ connectorMs: 48 * HOUR_MS, chargingMs: 9 * HOUR_MS, idleMs: HOUR_MS })).toEqual({
      connectorMs: 48 * HOUR_MS, chargingMs: 9 * HOUR_MS, idleMs: HOUR_MS, occupiedMs: 10 * HOUR_MS,
      utilisationPercent: 18.75, occupiedPercent: 20.83, idlePercent: 2.08,
    });
  });

  it('of an hour that was all charged is 100 % also where the clocks of point and Central differ a little', () => {
    expect(utilisationOf({ connectorMs: HOUR_MS, chargingMs: HOUR_MS + 900, idleMs: 0 }))
      .toMatchObject({ utilisationPercent: 100, occupiedPercent: 100 });
  });

  it('is not known where more was used than was there: charges from before connectors were watched', () => {
    expect(utilisationOf({ connectorMs: HOUR_MS, chargingMs: 2 * HOUR_MS, idleMs: 0 }))
      .toMatchObject({ utilisationPercent: null, occupiedPercent: null, idlePercent: null });
    expect(utilisationOf({ connectorMs: 0, chargingMs: 0, idleMs: 0 })).toMatchObject({ utilisationPercent: null });
  });
});

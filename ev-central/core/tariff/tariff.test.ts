import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OcpiTariff } from '../../../shared/messages/ocpi-tariff.ts';
import { ocpiTariffSchema } from '../../../shared/messages/ocpi-tariff.ts';
import { fixedText } from '../../../shared/decimal.ts';
import { addRatio, type Ratio, ZERO } from '../../../shared/money.ts';
import type { SeriesPrices } from './hourly.ts';
import type { Period, PricedSession } from './period.ts';
import { usageOfPeriods } from './period.ts';
import { hourlyTariffs, hoursAround, int, maybe, tariffs, ZONES } from './random-tariffs-for-tests.ts';
import { tariffRules } from './rules.ts';
import { slowTotals } from './tariff-for-tests.ts';
import { addSpan, beginTariffUsage, type TariffUsage } from './usage.ts';
import { priceOfUsage } from './usage-price.ts';

/** Around changes of summer time in Berlin, New York and on Lord Howe, and a change of the year. */
const DAYS = [
  '2025-03-30', '2025-10-26', '2025-03-09', '2025-11-02', '2025-04-06', '2025-10-05', '2025-12-31', '2025-07-16',
];
/** Wh a minute that take a whole number of ms each, so that a border in energy lies on a ms. */
const WH_A_MINUTE = [0, 1, 2, 5, 12, 30];

const reservations = fc.record({
  kind: fc.constantFrom('reservation' as const, 'expired-reservation' as const), minutes: int(0, 90),
}).map(({ kind, minutes }): Period =>
  ({ kind, durationMs: minutes * 60_000, energyWh: 0, powerW: null, currentMa: null }));
const plugged = fc.record({
  kind: fc.constantFrom('charging' as const, 'charging' as const, 'parking' as const), minutes: int(0, 130),
  rate: fc.constantFrom(...WH_A_MINUTE), powerW: maybe(fc.constantFrom(60, 120, 7_400)),
  currentMa: maybe(fc.constantFrom(0, 16_000, 32_000)),
}).map(({ kind, minutes, rate, powerW, currentMa }): Period => ({
  kind, durationMs: minutes * 60_000, energyWh: kind === 'charging' ? minutes * rate : 0, powerW, currentMa,
}));
const sessions = fc.record({
  timeZone: fc.constantFrom(...ZONES),
  startMs: fc.tuple(fc.constantFrom(...DAYS), int(-600, 1_440))
    .map(([day, minute]) => Date.parse(day) + minute * 60_000),
  periods: fc.tuple(fc.array(reservations, { maxLength: 1 }), fc.array(plugged, { maxLength: 5 }))
    .map(([before, after]) => [...before, ...(before[0]?.kind === 'expired-reservation' ? [] : after)]),
});

describe('a price', () => {
  it('is what the slow reckoning says, exactly', () => {
    fc.assert(fc.property(tariffs, sessions, (tariff, session) => {
      const rules = tariffRules(tariff);
      const fast = priceOfUsage(usageOfPeriods(session, rules), rules);
      const slow = slowTotals(tariff, session);
      expect(text(fast.exclVat)).toBe(text(ratioOf(slow.exclVat)));
      expect(text(fast.inclVat)).toBe(text(ratioOf(slow.inclVat)));
      expect(sameRatio(fast.exclVat, ratioOf(slow.exclVat))).toBe(true);
      expect(sameRatio(fast.inclVat, ratioOf(slow.inclVat))).toBe(true);
    }), { numRuns: 400 });
  });

  it('is what the slow reckoning says under hourly prices, too, and small samples come to the same', () => {
    const cases = fc.tuple(hourlyTariffs, sessions)
      .chain(([tariff, session]) => fc.tuple(fc.constant(tariff), fc.constant(session), hoursAround(session.startMs)));
    fc.assert(fc.property(cases, ([tariff, session, hours]) => {
      const rules = tariffRules(tariff, { series: seriesOf(hours) });
      const usage = usageOfPeriods(session, rules);
      const fast = priceOfUsage(usage, rules);
      const slow = slowTotals(tariff, session, hours);
      expect(text(fast.exclVat)).toBe(text(ratioOf(slow.exclVat)));
      expect(sameRatio(fast.exclVat, ratioOf(slow.exclVat))).toBe(true);
      expect(sameRatio(fast.inclVat, ratioOf(slow.inclVat))).toBe(true);
      expect(usageOfPeriods(inSamples(session, [7, 1, 13]), rules)).toEqual(usage);
    }), { numRuns: 400 });
  });

  it('is the sum of its lines, and each line is its quantity times its price', () => {
    fc.assert(fc.property(tariffs, sessions, (tariff, session) => {
      const rules = tariffRules(tariff);
      const { lines, exclVat, inclVat } = priceOfUsage(usageOfPeriods(session, rules), rules);
      expect(sameRatio(exclVat, lines.reduce((sum, line) => addRatio(sum, line.exclVat), ZERO))).toBe(true);
      expect(sameRatio(inclVat, lines.reduce((sum, line) => addRatio(sum, line.inclVat), ZERO))).toBe(true);
      for (const line of lines) {
        if (line.kind !== 'component') continue;
        expect(line.billed).toBeGreaterThanOrEqual(line.quantity);
        const unit = { ENERGY: 1_000n, FLAT: 1n, TIME: 3_600_000n, PARKING_TIME: 3_600_000n }[line.type];
        const { digits, scale } = line.unitPrice;
        const amount = { numerator: digits * BigInt(line.billed), denominator: unit * 10n ** BigInt(scale) };
        expect(sameRatio(line.exclVat, amount)).toBe(true);
      }
    }));
  });
});

describe('a discount', () => {
  const percent = fc.constantFrom('0', '12.5', '33.3333', '100');
  const discounts = fc.record({
    planId: fc.constant('gold'), name: fc.constant('Gold'), energyPercent: percent, timePercent: percent,
    flatPercent: percent, perKwh: fc.constantFrom('0', '0.015', '0.9'),
  });

  it('takes off each line what its plan says, never more than the line, and nothing of a reservation', () => {
    fc.assert(fc.property(tariffs, sessions, discounts, ({ currency, elements }, session, discount) => {
      const [plain, less] = [tariffRules({ currency, elements }), tariffRules({ currency, elements }, { discount })];
      const usage = usageOfPeriods(session, plain);
      const full = priceOfUsage(usage, plain);
      const reduced = priceOfUsage(usage, less);
      let [excl, incl] = [full.exclVat, full.inclVat];
      for (const line of full.lines) {
        if (line.kind !== 'component' || line.isReservation) continue;
        const share = {
          ENERGY: discount.energyPercent, FLAT: discount.flatPercent, TIME: discount.timePercent,
          PARKING_TIME: discount.timePercent,
        }[line.type];
        const perKwh = line.type === 'ENERGY' ? Math.round(Number(discount.perKwh) * 1_000) * line.billed : 0;
        const byShare = times(line.exclVat, Math.round(Number(share) * 10_000), 1_000_000);
        const wanted = addRatio(byShare, { numerator: BigInt(perKwh), denominator: 1_000_000n });
        const isMore = wanted.numerator * line.exclVat.denominator > line.exclVat.numerator * wanted.denominator;
        const off = isMore ? line.exclVat : wanted;
        excl = addRatio(excl, times(off, -1, 1));
        const { digits, scale } = line.vatPercent ?? { digits: 0n, scale: 0 };
        const vat = Number(digits) * 10 ** (4 - scale);
        incl = addRatio(incl, times(off, -(1_000_000 + vat), 1_000_000));
      }
      expect(sameRatio(reduced.exclVat, excl)).toBe(true);
      expect(sameRatio(reduced.inclVat, incl)).toBe(true);
      const lines = reduced.lines.reduce((sum, line) => addRatio(sum, line.exclVat), ZERO);
      expect(sameRatio(reduced.exclVat, lines)).toBe(true);
    }), { numRuns: 300 });
  });
});

function times({ numerator, denominator }: Ratio, by: number, over: number): Ratio {
  return { numerator: numerator * BigInt(by), denominator: denominator * BigInt(over) };
}

describe('the fold', () => {
  it('of many small samples is the fold of the whole periods', () => {
    const sizes = fc.array(int(1, 20), { minLength: 1, maxLength: 6 });
    fc.assert(fc.property(tariffs, sessions, sizes, (tariff, session, minutes) => {
      const rules = tariffRules(tariff);
      expect(usageOfPeriods(inSamples(session, minutes), rules)).toEqual(usageOfPeriods(session, rules));
    }), { numRuns: 300 });
  });

  it('keeps every Wh and ms, in whole numbers, however uneven the samples are', () => {
    const span = fc.record({ ms: int(0, 9_000_000), wh: int(0, 9_000), isParking: fc.boolean() });
    const charges = fc.record({
      zone: fc.constantFrom(...ZONES), offset: int(0, 1_000_000_000), given: fc.array(span, { maxLength: 12 }),
    });
    fc.assert(fc.property(tariffs, charges, (tariff, { zone, offset, given }) => {
      const priced = { ...tariff, elements: [...tariff.elements, DEFAULT] };
      const rules = tariffRules(priced);
      let usage: TariffUsage = beginTariffUsage(1_743_000_000_000 + offset);
      for (const { ms, wh, isParking } of given) {
        const kind = isParking ? 'parking' : 'charging';
        usage = addSpan(usage, { ...CHARGE, kind, untilMs: usage.lastMs + ms, energyWh: wh }, rules, zone);
      }
      const sold = (types: readonly string[]) => usage.cells.reduce((sum, { element, component, quantity }) =>
        sum + (types.includes(priced.elements[element]?.price_components[component]?.type ?? '') ? quantity : 0), 0);
      const [ms, wh] = [given.reduce((sum, each) => sum + each.ms, 0), given.reduce((sum, each) => sum + each.wh, 0)];
      expect([sold(['ENERGY']), usage.energyWh]).toEqual([wh, wh]);
      expect([sold(['TIME', 'PARKING_TIME']), usage.chargingMs + usage.parkingMs]).toEqual([ms, ms]);
      expect(usage.cells.every(({ quantity }) => Number.isSafeInteger(quantity) && quantity > 0)).toBe(true);
      // Stored as JSON and read again it goes on the same.
      expect(JSON.parse(JSON.stringify(usage))).toEqual(usage);
    }));
  });

  it('does not grow with the samples', () => {
    const rules = tariffRules({ ...PLAIN, elements: [DEFAULT] });
    let usage = beginTariffUsage(0);
    for (let i = 1; i <= 5_000; i++) {
      const kind = i % 3 === 0 ? 'parking' : 'charging';
      usage = addSpan(usage, { ...CHARGE, kind, untilMs: i * 1_000, energyWh: i % 2 }, rules, 'UTC');
    }
    expect(usage.cells.map(({ quantity }) => quantity)).toEqual([3_334_000, 2_500, 1_666_000]);
  });

  it('takes a sample that comes late at the last moment', () => {
    const rules = tariffRules({ ...PLAIN, elements: [DEFAULT] });
    const late = addSpan(beginTariffUsage(1_000), { ...CHARGE, untilMs: 500, energyWh: 7 }, rules, 'UTC');
    expect(late).toMatchObject({ lastMs: 1_000, energyWh: 7, chargingMs: 0 });
  });

  it.each([
    ['negative energy', { energyWh: -1 }], ['a fraction of a Wh', { energyWh: 0.5 }],
    ['energy in a reservation', { kind: 'reservation', energyWh: 1 }],
  ] as const)('refuses %s as a bug', (_what, change) => {
    const rules = tariffRules({ ...PLAIN, elements: [DEFAULT] });
    expect(() => addSpan(beginTariffUsage(0), { ...CHARGE, ...change }, rules, 'UTC'))
      .toThrow(/whole and not|before its/);
  });
});

const DEFAULT: OcpiTariff['elements'][number] = {
  price_components: [
    { type: 'ENERGY', price: 0.3, step_size: 1 }, { type: 'TIME', price: 1, step_size: 1 },
    { type: 'PARKING_TIME', price: 2, step_size: 1 },
  ],
};
const PLAIN = ocpiTariffSchema.parse({ currency: 'EUR', elements: [DEFAULT] });
const CHARGE = { kind: 'charging', untilMs: 60_000, energyWh: 100, powerW: null, currentMa: null } as const;

/** Every period cut into samples at whole minutes, as a meter would report it. */
function inSamples(session: PricedSession, minutes: readonly number[]): PricedSession {
  return {
    ...session,
    periods: session.periods.flatMap((period) => {
      const parts: Period[] = [];
      const rate = period.durationMs === 0 ? 0 : (period.energyWh * 60_000) / period.durationMs;
      for (let left = period.durationMs / 60_000, i = 0; left > 0; i++) {
        const step = Math.min(left, minutes[i % minutes.length] ?? 1);
        parts.push({ ...period, durationMs: step * 60_000, energyWh: step * rate });
        left -= step;
      }
      return parts.length === 0 ? [period] : parts;
    }),
  };
}

/** The one series of hourly tariffs, an hour a run. */
function seriesOf(hours: ReadonlyMap<number, string>): ReadonlyMap<string, SeriesPrices> {
  const runs = [...hours].map(([fromMs, price]) => ({ fromMs, prices: [price] }));
  return new Map([['spot', { key: 'spot#1', runs }]]);
}

function text(value: Ratio): string {
  return fixedText(value, 9);
}

function sameRatio(a: Ratio, b: Ratio): boolean {
  return a.numerator * b.denominator === b.numerator * a.denominator;
}

function ratioOf([numerator, denominator]: readonly [bigint, bigint]): Ratio {
  return { numerator, denominator };
}

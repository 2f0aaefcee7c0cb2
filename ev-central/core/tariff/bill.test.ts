// Bills of random usages: what may be said of them without looking at a total.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OcpiTariff } from '../../../shared/messages/ocpi-tariff.ts';
import { ocpiTariffSchema } from '../../../shared/messages/ocpi-tariff.ts';
import { estimate } from './estimate.ts';
import { priceNow } from './price-now.ts';
import { int, tariffs, ZONES } from './random-tariffs-for-tests.ts';
import type { TariffRules } from './rules.ts';
import { tariffRules } from './rules.ts';
import { billDifference, billOf } from './ticket-lines.ts';
import { addSpan, beginTariffUsage, type TariffUsage } from './usage.ts';
import { dueMinor, priceOfUsage, usedMinor } from './usage-price.ts';

const spans = fc.array(
  fc.record({ ms: int(0, 5_000_000), wh: int(0, 9_000), isParking: fc.boolean(), powerW: int(0, 60_000) }),
  { minLength: 1, maxLength: 10 });
const charges = fc.record({ zone: fc.constantFrom(...ZONES), offset: int(0, 1_000_000_000), given: spans });

/** The usage after each span. */
function fold(rules: TariffRules, { zone, offset, given }: typeof charges extends fc.Arbitrary<infer T> ? T : never) {
  const all: TariffUsage[] = [];
  let usage = beginTariffUsage(1_743_000_000_000 + offset);
  for (const { ms, wh, isParking, powerW } of given) {
    usage = addSpan(usage, {
      kind: isParking ? 'parking' : 'charging', untilMs: usage.lastMs + ms, energyWh: isParking ? 0 : wh,
      powerW: powerW === 0 ? null : powerW, currentMa: null,
    }, rules, zone);
    all.push(usage);
  }
  return all;
}

describe('a bill', () => {
  it('has net amounts that add up to the total without VAT, and with their VAT to the total with it', () => {
    fc.assert(fc.property(tariffs, charges, (tariff, charge) => {
      const rules = tariffRules(tariff);
      for (const usage of fold(rules, charge)) {
        const price = priceOfUsage(usage, rules);
        const { vat, totalMinor } = billOf(price, rules);
        const net = vat.reduce((sum, { netMinor }) => sum + netMinor, 0);
        expect(net).toBe(Number(price.totalExclMinor));
        expect(net + vat.reduce((sum, { vatMinor }) => sum + vatMinor, 0)).toBe(totalMinor);
        expect(totalMinor).toBe(dueMinor(usage, rules));
        expect(vat.every(({ netMinor, vatMinor }) => netMinor >= 0 && vatMinor >= 0)).toBe(true);
      }
    }), { numRuns: 400 });
  });

  it('and what comes to it later are the later bill, line by line', () => {
    fc.assert(fc.property(tariffs, charges, (tariff, charge) => {
      const rules = tariffRules(tariff);
      const bills = fold(rules, charge).map((usage) => billOf(priceOfUsage(usage, rules), rules));
      bills.slice(1).forEach((later, i) => {
        const earlier = bills[i];
        if (earlier === undefined) throw new Error('there is an earlier one');
        const difference = billDifference(later, earlier);
        expect(earlier.totalMinor + difference.totalMinor).toBe(later.totalMinor);
        const sum = ({ lines }: { lines: typeof later.lines }): number =>
          lines.reduce((total, line) => total + ('exclVatMicros' in line ? line.exclVatMicros : 0), 0);
        expect(sum(earlier) + sum(difference)).toBe(sum(later));
        const minor = ({ vat }: { vat: typeof later.vat }): number =>
          vat.reduce((total, { netMinor, vatMinor }) => total + netMinor + vatMinor, 0);
        expect(minor(difference)).toBe(difference.totalMinor);
      });
    }), { numRuns: 200 });
  });

  it('spreads what VAT rates have of a total so that the largest rests get the cents that are missing', () => {
    const rules = tariffRules(ocpi({ elements: [{ price_components: [
      { type: 'FLAT', price: 0.333, vat: 21, step_size: 1 }, { type: 'ENERGY', price: 0.333, vat: 5.5, step_size: 1 },
      { type: 'TIME', price: 0.334, step_size: 1 },
    ] }] }));
    const usage = addSpan(beginTariffUsage(0), {
      kind: 'charging', untilMs: 3_600_000, energyWh: 1_000, powerW: null, currentMa: null,
    }, rules, 'UTC');
    // 0.333 + 0.333 + 0.334 = 1.00; VAT 0.06993 + 0.018315 = 0.088245.
    expect(billOf(priceOfUsage(usage, rules), rules).vat).toEqual([
      { rate: '21', netMinor: 33, vatMinor: 7 }, { rate: '0', netMinor: 34, vatMinor: 0 },
      { rate: '5.5', netMinor: 33, vatMinor: 2 },
    ]);
  });

  it('spreads a minimum price over the rates in proportion', () => {
    const rules = tariffRules(ocpi({ min_price: { excl_vat: 9, incl_vat: 10.5 }, elements: [{ price_components: [
      { type: 'FLAT', price: 0.1, vat: 20, step_size: 1 }, { type: 'ENERGY', price: 0.2, vat: 10, step_size: 1 },
    ] }] }));
    const usage = addSpan(beginTariffUsage(0), {
      kind: 'charging', untilMs: 1_000, energyWh: 1_000, powerW: null, currentMa: null,
    }, rules, 'UTC');
    expect(billOf(priceOfUsage(usage, rules), rules)).toMatchObject({ totalMinor: 1_050, vat: [
      { rate: '20', netMinor: 300, vatMinor: 75 }, { rate: '10', netMinor: 600, vatMinor: 75 },
    ] });
  });
});

describe('a cost while charging', () => {
  it('is never more than its ceiling says, and what was used never falls and is never more than what is due', () => {
    fc.assert(fc.property(tariffs, charges, (tariff, charge) => {
      const rules = tariffRules(tariff);
      const usages = fold(rules, charge);
      const { perWh, perMs, steps, flat, least } = rules.ceiling;
      usages.slice(1).forEach((now, i) => {
        const before = usages[i] ?? now;
        const highest = Math.max(dueMinor(before, rules), least) + steps + (before.flatPaid ? 0 : flat) + 1
          + (now.energyWh - before.energyWh) * perWh + (now.lastMs - before.lastMs) * perMs;
        expect(dueMinor(now, rules)).toBeLessThanOrEqual(highest);
        expect(usedMinor(now, rules)).toBeGreaterThanOrEqual(usedMinor(before, rules));
        expect(usedMinor(now, rules)).toBeLessThanOrEqual(dueMinor(now, rules));
      });
    }), { numRuns: 500 });
  });

  it('falls again where paid parking follows: charging time is not rounded up then', () => {
    const rules = tariffRules(ocpi({ elements: [{ price_components: [
      { type: 'TIME', price: 12, step_size: 600 }, { type: 'PARKING_TIME', price: 1, step_size: 1 },
    ] }] }));
    const charged = addSpan(beginTariffUsage(0), {
      kind: 'charging', untilMs: 61_000, energyWh: 100, powerW: null, currentMa: null,
    }, rules, 'UTC');
    const parked = addSpan(charged, {
      kind: 'parking', untilMs: 62_000, energyWh: 0, powerW: null, currentMa: null,
    }, rules, 'UTC');
    expect([dueMinor(charged, rules), dueMinor(parked, rules)]).toEqual([200, 20]);
  });
});

describe('before a charge', () => {
  const rules = tariffRules(ocpi({ elements: [
    { price_components: [{ type: 'FLAT', price: 0.5, vat: 21, step_size: 1 }] },
    {
      price_components: [{ type: 'ENERGY', price: 0.45, vat: 21, step_size: 1 }],
      restrictions: { start_time: '08:00', end_time: '20:00' },
    },
    { price_components: [{ type: 'ENERGY', price: 0.2, step_size: 1 }] },
    { price_components: [{ type: 'PARKING_TIME', price: 6, vat: 21, step_size: 1 }] },
  ] }));

  it('the prices that hold at that moment are told with VAT', () => {
    const at = (hour: number) => priceNow(rules, { atMs: Date.UTC(2026, 6, 1, hour), timeZone: 'UTC', powerW: 22_000 });
    expect([at(12), at(21)]).toEqual([
      { perKwh: '0.5445', perHour: null, perParkingHour: '7.26', perSession: '0.605' },
      { perKwh: '0.20', perHour: null, perParkingHour: '7.26', perSession: '0.605' },
    ]);
  });

  it('an estimate says what it assumes, and is what such a charge would cost', () => {
    const startMs = Date.UTC(2026, 6, 1, 19);
    const given = { startMs, timeZone: 'UTC', energyWh: 22_000, powerW: 11_000, parkingMs: 600_000 };
    // An hour and 11 kWh by day, an hour and 11 kWh at night, 10 minutes of parking.
    const { assumptions, bill } = estimate(rules, given);
    expect(assumptions).toEqual({ ...given, chargingMs: 7_200_000 });
    expect(bill.totalMinor).toBe(Math.round((0.5 * 1.21 + 11 * 0.45 * 1.21 + 11 * 0.2 + 1.21) * 100));
  });
});

function ocpi(given: Omit<OcpiTariff, 'currency'>): OcpiTariff {
  return ocpiTariffSchema.parse({ currency: 'EUR', ...given });
}

// What a plan takes off a tariff's prices: so much of a unit of each component, exact, over the same denominator.
import { type Decimal, digitsAt, parseDecimal } from '../../../shared/decimal.ts';
import { invariant } from '../../../shared/assert.ts';
import type { TariffDimension } from '../../../shared/messages/ocpi-tariff.ts';

/** As a session keeps it: decimal text. `perKwh` is in the tariff's currency, without VAT. */
export type Discount = {
  readonly planId: string; readonly name: string;
  readonly energyPercent: string; readonly timePercent: string; readonly flatPercent: string;
  readonly perKwh: string;
};

/** A discount made ready for one tariff. */
export type Reduction = {
  readonly discount: Discount;
  /** Prices are multiplied by this, so that a percentage of one is whole. */
  readonly factor: bigint;
  /** What comes off a unit that costs `unitNumerator` (before the factor). */
  readonly off: (type: TariffDimension, unitNumerator: bigint) => bigint;
};

/** Places of the amount by the kWh: the tariff's prices need as many. */
export function placesOf(discount: Discount | null): number {
  return discount === null ? 0 : decimal(discount.perKwh).scale;
}

/** `unit`: how much of the denominator one Wh is; `scale`: the places of the tariff's prices. */
export function reductionOf(discount: Discount, { unit, scale }: { unit: bigint; scale: number }): Reduction {
  const percents = {
    ENERGY: decimal(discount.energyPercent), TIME: decimal(discount.timePercent),
    PARKING_TIME: decimal(discount.timePercent), FLAT: decimal(discount.flatPercent),
  } as const satisfies Record<TariffDimension, Decimal>;
  const places = Math.max(...Object.values(percents).map((each) => each.scale));
  const factor = 100n * 10n ** BigInt(places);
  const perWh = digitsAt(decimal(discount.perKwh), scale) * unit * factor;
  return {
    discount, factor,
    off(type, unitNumerator) {
      const whole = unitNumerator * factor;
      const off = unitNumerator * digitsAt(percents[type], places) + (type === 'ENERGY' ? perWh : 0n);
      return off > whole ? whole : off;
    },
  };
}

function decimal(text: string): Decimal {
  const parsed = parseDecimal(text);
  invariant(parsed !== undefined && parsed.digits >= 0n, 'the schema has checked the figures of a discount');
  return parsed;
}

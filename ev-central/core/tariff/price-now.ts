// The prices that hold at a moment, as a driver is told them: with VAT, for a charge that begins then.
import { type Decimal, fixedText } from '../../../shared/decimal.ts';
import type { PriceNow, TariffDimension } from '../../../shared/messages/ocpi-tariff.ts';
import { ratio } from '../../../shared/money.ts';
import { pricedHour } from './hourly.ts';
import type { Component, TariffRules } from './rules.ts';
import { componentsAt } from './usage.ts';

/** What one of a unit has at the most behind the point; prices with VAT may have more. */
const PLACES = 4;

/** `powerW`: of the connector, for tariffs that depend on it. */
export function priceNow(
  rules: TariffRules, { atMs, timeZone, powerW }: { atMs: number; timeZone: string; powerW: number },
): PriceNow {
  const found = componentsAt(rules, { atMs, timeZone, powerW });
  const text = (type: TariffDimension): string | null => {
    const component = found[type];
    if (component === undefined) return null;
    const price = priceAt(component, atMs);
    if (price.digits === 0n) return null;
    const { vatNumerator } = component;
    const amount = ratio(price.digits * vatNumerator, 10n ** BigInt(price.scale) * rules.vatDenominator);
    return fixedText(amount, PLACES).replace(/0{1,2}$/, '');
  };
  return {
    perKwh: text('ENERGY'), perHour: text('TIME'), perParkingHour: text('PARKING_TIME'), perSession: text('FLAT'),
  };
}

/** Of the hour, where the component names a series that has it. */
function priceAt({ hourly, price }: Component, atMs: number): Decimal {
  const hourMs = hourly === null ? null : pricedHour(hourly, atMs, atMs);
  return (hourMs === null ? undefined : hourly?.prices.get(hourMs))?.price ?? price;
}

// The prices that hold at a moment, as a driver is told them: with VAT, for a charge that begins then.
import { type Decimal, fixedText } from '../../../shared/decimal.ts';
import type { PriceNow, TariffDimension } from '../../../shared/messages/ocpi-tariff.ts';
import { ratio } from '../../../shared/money.ts';
import { pricedHour } from './hourly.ts';
import type { Component, TariffRules } from './rules.ts';
import { componentsAt } from './usage.ts';

/** What one of a unit has at the most behind the point; prices with VAT may have more. */
const PLACES = 4;

type Moment = { readonly atMs: number; readonly timeZone: string; readonly powerW: number };

/**
 * What was reckoned lately: no price changes within a whole minute, and a page of a search asks for that of a tariff at
 * each of its points. Rules are values, so nothing has to be forgotten but the minute.
 */
const reckoned = new WeakMap<TariffRules, { minute: number; prices: Map<string, PriceNow> }>();
const MINUTE_MS = 60_000;

/** `powerW`: of the connector, for tariffs that depend on it. */
export function priceNow(rules: TariffRules, moment: Moment): PriceNow {
  const minute = Math.floor(moment.atMs / MINUTE_MS);
  let known = reckoned.get(rules);
  if (known?.minute !== minute) reckoned.set(rules, known = { minute, prices: new Map() });
  const key = `${moment.powerW} ${moment.timeZone}`;
  const price = known.prices.get(key) ?? reckon(rules, moment);
  known.prices.set(key, price);
  return price;
}

function reckon(rules: TariffRules, { atMs, timeZone, powerW }: Moment): PriceNow {
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

// Prices in words: `0.45/kWh, 0.60/h parking`. Numbers and units are the same in every language.
import type { OcpiTariff, PriceNow, TariffDimension } from '../messages/ocpi-tariff.ts';
import { decimalOf, fixedText } from '../decimal.ts';
import { ratio } from '../money.ts';

/** The words between the numbers. */
export type PriceWords = {
  readonly parking: string; readonly session: string; readonly free: string; readonly none: string;
};

/** All that holds now, the energy first: `0.45/kWh + 1.00/h + 0.35 a session, parking 6.00/h`. */
export function priceText(price: PriceNow | null, { parking, session, free, none }: PriceWords): string {
  if (price === null) return none;
  const charging = [
    ...(price.perKwh === null ? [] : [`${price.perKwh}/kWh`]),
    ...(price.perHour === null ? [] : [`${price.perHour}/h`]),
    ...(price.perSession === null ? [] : [`${price.perSession} ${session}`]),
  ].join(' + ');
  const idle = price.perParkingHour === null ? '' : `${parking} ${price.perParkingHour}/h`;
  return [charging, idle].filter((part) => part !== '').join(', ') || free;
}

/** The one figure for a narrow place, `0.45 EUR/kWh`: of energy, else of time, else of a session. */
export function shortPrice(price: PriceNow | null, currency: string, { free, none }: PriceWords): string {
  const unit = currency === '' ? '' : ` ${currency}`;
  if (price === null) return none;
  if (price.perKwh !== null) return `${price.perKwh}${unit}/kWh`;
  if (price.perHour !== null) return `${price.perHour}${unit}/h`;
  return price.perSession === null ? free : `${price.perSession}${unit}`;
}

/** A tariff for whoever cannot know what holds now: the lowest and the highest price of each kind, with VAT. */
export function tariffText(tariff: OcpiTariff, priceWords: PriceWords): string {
  const range = (type: TariffDimension): string | null => {
    const prices = tariff.elements.filter(({ restrictions }) => !restrictions?.reservation)
      .flatMap((element) => element.price_components)
      .filter((component) => component.type === type).map(({ price, vat }) => withVat(price, vat ?? 0))
      .sort((a, b) => Number(a) - Number(b));
    const [low, high] = [prices[0], prices.at(-1)];
    if (low === undefined || high === undefined || Number(high) === 0) return null;
    return low === high ? low : `${low}-${high}`;
  };
  return priceText({
    perKwh: range('ENERGY'), perHour: range('TIME'), perParkingHour: range('PARKING_TIME'), perSession: range('FLAT'),
  }, priceWords);
}

function withVat(price: number, vat: number): string {
  const [net, percent] = [decimalOf(price), decimalOf(vat)];
  const hundred = 100n * 10n ** BigInt(percent.scale);
  const amount = ratio(net.digits * (hundred + percent.digits), 10n ** BigInt(net.scale) * hundred);
  return fixedText(amount, 4).replace(/0{1,2}$/, '');
}

// From the currency of a tariff to that of a wallet: the ratio of a published rate, exact. A total is rounded once in
// the tariff's currency, which is what the ticket says, and what is paid is that amount at the rate, rounded half-even.
import { invariant } from '../../../shared/assert.ts';
import { type Decimal, parseDecimal } from '../../../shared/decimal.ts';
import type { ExchangeRate } from '../../../shared/messages/exchange-rate.ts';
import { type Currency, minorDigits, type Ratio, ratio, roundHalfEven } from '../../../shared/money.ts';

/** The published rate by which a session is settled, kept with it. `to` is the wallet's currency. */
export type Exchange = ExchangeRate & { readonly to: Currency };

/** A rate made ready: what one minor unit of the tariff's currency is in those of the wallet's. */
export type Settlement = {
  readonly exchange: Exchange;
  readonly currency: Currency;
  readonly perMinor: Ratio;
  /** The same as a double a little above: for ceilings. */
  readonly factor: number;
};

export function settlementOf(exchange: Exchange): Settlement {
  const { base, quote, to } = exchange;
  invariant(to === base || to === quote, 'a rate is between the currencies of tariff and wallet');
  const from = to === quote ? base : quote;
  const rate = ratioOf(parseDecimal(exchange.rate));
  const perMajor = to === quote ? rate : ratio(rate.denominator, rate.numerator);
  const perMinor = ratio(
    perMajor.numerator * 10n ** BigInt(minorDigits(to)), perMajor.denominator * 10n ** BigInt(minorDigits(from)));
  const factor = Number(perMinor.numerator) / Number(perMinor.denominator) * ABOVE;
  return { exchange, currency: to, perMinor, factor };
}

/** Above what floating point may lose. */
const ABOVE = 1 + 1e-9;

/** A whole amount of the tariff's currency in the wallet's; as it is where they are the same. */
export function settledMinor(amountMinor: bigint, settlement: Settlement | null): bigint {
  if (settlement === null) return amountMinor;
  const { numerator, denominator } = settlement.perMinor;
  return roundHalfEven(ratio(amountMinor * numerator, denominator));
}

function ratioOf(decimal: Decimal | undefined): Ratio {
  invariant(decimal !== undefined && decimal.digits > 0n, 'the schema has checked the rate');
  return ratio(decimal.digits, 10n ** BigInt(decimal.scale));
}

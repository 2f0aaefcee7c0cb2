// Exchange rates by the day, and which of them a session is settled by: the newest of the day on which it takes its
// tariff, or of a day shortly before, for no bank publishes one on a Sunday.
import { LIMITS } from '../../shared/limits.ts';
import type { ExchangeRate } from '../../shared/messages/exchange-rate.ts';
import type { Currency } from '../../shared/money.ts';
import { formatDateTime } from '../../shared/words/quantities.ts';
import { counted, done, type Result } from './order-result.ts';
import { rateKey, type State } from './state.ts';
import type { Step } from './step.ts';
import type { Exchange } from './tariff/exchange.ts';

const DAY_MS = 86_400_000;

/** How an amount of one currency is paid in another at a time; undefined: no rate of these days is known. */
export function exchangeAt(state: State, from: Currency, to: Currency, atMs: number): Exchange | undefined {
  for (let days = 0; days < LIMITS.rateDays; days++) {
    const date = formatDateTime(atMs - days * DAY_MS, 'UTC').slice(0, 10);
    const found = state.exchangeRates.get(rateKey(from, to, date)) ?? state.exchangeRates.get(rateKey(to, from, date));
    if (found !== undefined) return { base: found.base, quote: found.quote, date, rate: found.rate, to };
  }
  return undefined;
}

/** Takes rates in. One that was there of the same day is replaced: sessions that took it keep what they took. */
export function putRates({ state }: Step, rates: readonly ExchangeRate[]): Result {
  let changed = 0;
  for (const given of rates) {
    const known = state.exchangeRates.get(rateKey(given.base, given.quote, given.date));
    if (known?.rate === given.rate) continue;
    changed += 1;
    state.exchangeRates.put(given);
  }
  return done(`${counted(changed, 'exchange rate')} taken in, ${rates.length - changed} were there; for sessions that `
    + 'begin now');
}

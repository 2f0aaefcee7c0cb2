// Exchange rates as somebody publishes them, a day each: one unit of the base is so many of the quote.
import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { currencySchema } from '../money.ts';
import { isCalendarDay } from './ocpi-tariff.ts';

export const exchangeRateSchema = z.object({
  base: currencySchema, quote: currencySchema,
  /** From the beginning of this day (UTC) until the next one that has a rate. */
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date such as 2026-12-24')
    .refine(isCalendarDay, 'must be a day of the calendar'),
  rate: z.string().regex(/^\d{1,9}(\.\d{1,12})?$/, 'must be a decimal such as 0.9312')
    .refine((text) => /[1-9]/.test(text), 'must be above 0'),
}).refine(({ base, quote }) => base !== quote, { path: ['quote'], message: 'must be another currency than the base' });
export type ExchangeRate = z.infer<typeof exchangeRateSchema>;

export const exchangeRatesSchema = z.array(exchangeRateSchema).min(1, 'has no rate')
  .max(LIMITS.ratesAtOnce, `has more than ${LIMITS.ratesAtOnce} rates`);

/** What a bill was before it was settled in the wallet's currency, and the rate that did it. */
export const pricedSchema = z.object({
  currency: currencySchema,
  /** With VAT, in that currency. */
  totalMinor: z.int(),
  base: currencySchema, quote: currencySchema, date: z.string(), rate: z.string(),
});
export type Priced = z.infer<typeof pricedSchema>;

/** `1 EUR = 0.9312 CHF (2026-11-27)`. */
export function rateText({ base, quote, date, rate }: ExchangeRate): string {
  return `1 ${base} = ${rate} ${quote} (${date})`;
}

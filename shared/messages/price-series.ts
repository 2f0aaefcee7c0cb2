// Prices per hour as somebody publishes them (a spot market, a supplier): in versions, so that a ticket can be made
// again from the prices that it was made from.
import { z } from 'zod';
import { seriesIdSchema } from '../ids.ts';
import { LIMITS } from '../limits.ts';
import { currencySchema } from '../money.ts';
import { atMsSchema } from './values.ts';

/** Of a kWh without VAT, in the major unit, as decimal text; a market's may be below zero. */
export const hourPriceSchema = z.string()
  .regex(/^-?\d{1,6}(\.\d{1,9})?$/, 'must be a decimal such as 0.08123, of at most 9 places behind the point');

/** Hour after hour, without a gap. */
export const hourRunSchema = z.object({
  /** When the first hour begins, UTC; a whole minute. */
  fromMs: atMsSchema.refine((ms) => ms % 60_000 === 0, 'must be a whole minute'),
  prices: z.array(hourPriceSchema).min(1, 'has no hour')
    .max(LIMITS.seriesHours, `has more than ${LIMITS.seriesHours} hours`),
});
export type HourRun = z.infer<typeof hourRunSchema>;

/** What is put: hours that come to those that the series has, or replace them. */
export const seriesHoursSchema = hourRunSchema.extend({ seriesId: seriesIdSchema, currency: currencySchema });
export type SeriesHours = z.infer<typeof seriesHoursSchema>;

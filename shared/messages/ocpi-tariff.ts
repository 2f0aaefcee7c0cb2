// A tariff as OCPI 2.2.1 writes it (mod_tariffs 11.3.1 and 11.4). The value stays as it came, so that it can be stored,
// sent on and shown again; what a price needs is worked out from it by the core. Numbers are decimals of at most 15
// digits, which a double keeps exactly. An optional field may be null, as many send it; unknown ones are ignored.
import { z } from 'zod';
import { decimalOf, isExact } from '../decimal.ts';
import { LIMITS } from '../limits.ts';
import { seriesIdSchema, tariffIdSchema } from '../ids.ts';
import { currencySchema } from '../money.ts';

/** What a price is for. TIME is charging, PARKING_TIME is plugged in without charging. */
export const TARIFF_DIMENSIONS = ['ENERGY', 'FLAT', 'PARKING_TIME', 'TIME'] as const;
export type TariffDimension = (typeof TARIFF_DIMENSIONS)[number];

export const WEEKDAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const;
export const TARIFF_TYPES = ['AD_HOC_PAYMENT', 'PROFILE_CHEAP', 'PROFILE_FAST', 'PROFILE_GREEN', 'REGULAR'] as const;

/** OCPI asks for four; net prices are often a gross price divided by the VAT, with more. */
const MOST_PLACES = 15;

/** A non-negative decimal that is kept exactly. `most` is a bound that only a mistake reaches. */
const decimal = (most: number) => z.number('must be a number of at most 15 digits')
  .min(0, 'must not be negative').max(most, `must not be above ${most}`)
  .refine(isExact, 'must be a number of at most 15 digits')
  .refine((value) => decimalOf(value).scale <= MOST_PLACES, `must have at most ${MOST_PLACES} places behind the point`);
const wholeSeconds = z.int('must be a whole number of seconds').min(0, 'must not be negative')
  .max(1_000_000_000, 'must not be above 1000000000');

/** Per kWh, hour or session, in the currency's major unit, without VAT. */
const price = decimal(1_000_000_000);
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 08:30; midnight is 00:00');
const dateSchema = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date such as 2026-12-24')
  .refine(isCalendarDay, 'must be a day of the calendar');
/** OCPI's DateTime: always UTC, with or without the Z (types 16.6). */
const dateTime = z.string()
  .regex(/^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?Z?$/,
    'must be a time such as 2026-12-24T18:00:00Z')
  .refine(isCalendarDay, 'must be a day of the calendar');

export const priceComponentSchema = z.object({
  type: z.enum(TARIFF_DIMENSIONS),
  price,
  /** Per cent; without it no VAT applies (11.4.2). */
  vat: decimal(100).nullish(),
  /** Wh for energy, seconds for time; without meaning for FLAT. 0 and 1 round up to the unit or not at all. */
  step_size: z.int('must be a whole number').min(0, 'must not be negative').max(1_000_000_000, 'is too large'),
  /**
   * Not OCPI's: energy costs what this series says for the hour, plus a markup; `price` is for hours that the series
   * has not, and what partners read who do not know the field.
   */
  price_series: z.object({ id: seriesIdSchema, markup: price.default(0) }).nullish(),
}).refine(({ type, price_series }) => type === 'ENERGY' || !price_series, {
  path: ['price_series'], message: 'is for ENERGY: a series has prices of a kWh',
});

export const tariffRestrictionsSchema = z.object({
  /** Local times of the site. An end before the start is on the next day; 00:00 as an end is midnight. */
  start_time: timeOfDay.nullish(), end_time: timeOfDay.nullish(),
  /** Local days of the site; the end day is not included. */
  start_date: dateSchema.nullish(), end_date: dateSchema.nullish(),
  /** Energy of the session so far: from min on, until below max. */
  min_kwh: decimal(1_000_000).nullish(), max_kwh: decimal(1_000_000).nullish(),
  /** Sum over all phases, in A. */
  min_current: decimal(1_000_000).nullish(), max_current: decimal(1_000_000).nullish(),
  /** In kW. */
  min_power: decimal(1_000_000).nullish(), max_power: decimal(1_000_000).nullish(),
  /** Time since the session's (or the reservation's) beginning. */
  min_duration: wholeSeconds.nullish(), max_duration: wholeSeconds.nullish(),
  day_of_week: z.array(z.enum(WEEKDAYS)).max(7, 'names a day twice').nullish(),
  /** The element is for a reservation, not for a charge; RESERVATION_EXPIRES for one that nobody came for. */
  reservation: z.enum(['RESERVATION', 'RESERVATION_EXPIRES']).nullish(),
}).superRefine((given, context) => {
  for (const [low, high] of ORDERED) {
    const [from, to] = [given[low], given[high]];
    if (from !== null && from !== undefined && to !== null && to !== undefined && from >= to) {
      context.addIssue({ code: 'custom', path: [high], message: `must be above ${low}, or the element never applies` });
    }
  }
});

const ORDERED = [
  ['start_date', 'end_date'], ['min_kwh', 'max_kwh'], ['min_current', 'max_current'], ['min_power', 'max_power'],
  ['min_duration', 'max_duration'],
] as const;

export const tariffElementSchema = z.object({
  price_components: z.array(priceComponentSchema).min(1, 'must have a price component')
    .max(LIMITS.componentsOfElement, `has more than ${LIMITS.componentsOfElement} price components`),
  restrictions: tariffRestrictionsSchema.nullish(),
});

/** An amount with and without VAT, in the major unit (types 16.5). */
const priceBoundSchema = z.object({ excl_vat: price, incl_vat: price.nullish() })
  .refine(({ excl_vat, incl_vat }) => (incl_vat ?? excl_vat) >= excl_vat,
    { path: ['incl_vat'], message: 'must not be below excl_vat' });

export const ocpiTariffSchema = z.object({
  country_code: z.string().length(2, 'must have two letters').nullish(),
  party_id: z.string().length(3, 'must have three letters').nullish(),
  id: z.string().min(1).max(36, 'must have at most 36 characters').nullish(),
  currency: currencySchema,
  type: z.enum(TARIFF_TYPES).nullish(),
  tariff_alt_text: z.array(z.object({ language: z.string().max(10), text: z.string().max(512) })).max(50).nullish(),
  min_price: priceBoundSchema.nullish(),
  max_price: priceBoundSchema.nullish(),
  elements: z.array(tariffElementSchema).min(1, 'must have an element')
    .max(LIMITS.tariffElements, `has more than ${LIMITS.tariffElements} elements`),
  start_date_time: dateTime.nullish(),
  end_date_time: dateTime.nullish(),
}).superRefine(({ min_price, max_price }, context) => {
  if (!min_price || !max_price) return;
  for (const part of ['excl_vat', 'incl_vat'] as const) {
    if ((min_price[part] ?? 0) > (max_price[part] ?? Infinity)) {
      context.addIssue({ code: 'custom', path: ['max_price', part], message: 'must not be below min_price' });
    }
  }
});
export type OcpiTariff = z.infer<typeof ocpiTariffSchema>;

/** A tariff of this network: OCPI's own JSON under one of our ids. */
export const networkTariffSchema = z.preprocess(refuseBands, ocpiTariffSchema.safeExtend({ id: tariffIdSchema }));
export type NetworkTariff = z.infer<typeof networkTariffSchema>;

/** Prices by bands of the day were the form before; a file of then is told what to write. */
function refuseBands(given: unknown, context: z.RefinementCtx): unknown {
  if (typeof given === 'object' && given !== null && ('bands' in given || 'perSessionMicros' in given)) {
    context.addIssue({
      code: 'custom',
      message: 'is in the form of before (bands, perKwhMicros): write an OCPI 2.2.1 tariff with id, currency and '
        + 'elements; database/demo/network.json has examples',
    });
    return z.NEVER;
  }
  return given;
}

/** The prices that hold now, with VAT, as decimal text in the major unit; null where nothing is charged for it. */
export const priceNowSchema = z.object({
  perKwh: z.string().nullable(),
  /** An hour of charging, and of standing plugged in without charging. */
  perHour: z.string().nullable(),
  perParkingHour: z.string().nullable(),
  perSession: z.string().nullable(),
});
export type PriceNow = z.infer<typeof priceNowSchema>;
export type OcpiTariffElement = z.infer<typeof tariffElementSchema>;
export type TariffRestrictions = z.infer<typeof tariffRestrictionsSchema>;
export type PriceComponent = z.infer<typeof priceComponentSchema>;
export type PriceBound = z.infer<typeof priceBoundSchema>;

/** Days from 1970-01-01 to a date, counted in the Gregorian calendar; the text begins with `YYYY-MM-DD`. */
export function daysOfDate(text: string): number {
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10))];
  // Years that begin in March have their leap day last: every month's first day is then a plain sum.
  const [y, m] = month > 2 ? [year, month - 3] : [year - 1, month + 9];
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return y * 365 + leapDays + Math.floor((153 * m + 2) / 5) + day - 1 - 719_468;
}

/** UTC milliseconds of OCPI's DateTime; the schema has checked it. */
export function msOfDateTime(text: string): number {
  const [hour, minute, second] = [Number(text.slice(11, 13)), Number(text.slice(14, 16)), Number(text.slice(17, 19))];
  const millis = Number((/\.(\d{1,3})/.exec(text)?.[1] ?? '0').padEnd(3, '0'));
  return ((daysOfDate(text) * 24 + hour) * 60 + minute) * 60_000 + second * 1_000 + millis;
}

/** Does a text that begins with `YYYY-MM-DD` name a day that there is? */
export function isCalendarDay(text: string): boolean {
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10))];
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  return days !== undefined && day >= 1 && day <= days;
}

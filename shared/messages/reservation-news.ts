import { z } from 'zod';
import {
  pointIdSchema, requestIdSchema, reservationIdSchema, sessionIdSchema, siteIdSchema, userIdSchema,
} from '../ids.ts';
import { currencySchema } from '../money.ts';
import { defineRecord } from './message.ts';
import { reservationStateSchema } from './reservation.ts';
import { amountMinorSchema, atMsSchema, connectorNoSchema, noticeNumberSchema } from './values.ts';

/**
 * What a driver is told of her reservation. `moved`: another connector, for hers is not to be had; `missed`: an
 * occurrence of a recurring one, whose id it is, could not be booked.
 */
export const RESERVATION_NEWS = [
  'confirmed', 'changed', 'moved', 'reminder', 'open', 'checked-in', 'cancelled', 'no-show', 'expired', 'missed',
] as const;

export const reservationNews = defineRecord({
  type: 'reservation',
  channel: 'notices',
  key: 'driver',
  delivery: 'stored and numbered per driver; the topic is the fast way',
  summary: 'A reservation was confirmed, changed, moved to another connector or cancelled; it begins soon, its '
    + 'connector is kept now, she is checked in; or nobody came for it.',
  fields: {
    /** Counts up per driver, without gaps. */
    number: noticeNumberSchema,
    driverId: userIdSchema,
    /** Always null: no request of a driver stands behind it. */
    requestId: requestIdSchema.nullable(),
    news: z.enum(RESERVATION_NEWS),
    reservationId: reservationIdSchema,
    siteId: siteIdSchema,
    pointId: pointIdSchema,
    connectorNo: connectorNoSchema,
    fromMs: atMsSchema, toMs: atMsSchema,
    /** The site's: times are told in it. */
    timeZone: z.string(),
    state: reservationStateSchema,
    /** All of the fee, what of it is held, and what was taken in the end. */
    feeMinor: amountMinorSchema, holdMinor: amountMinorSchema, takenMinor: amountMinorSchema,
    currency: currencySchema,
    /** Who has not come by then has not come. */
    checkInByMs: atMsSchema,
    /** The charge that it is used for. */
    sessionId: sessionIdSchema.nullable(),
    /** In words; empty: nothing to say. */
    why: z.string(),
  },
  example: {
    number: 21, driverId: 'ana', requestId: null, news: 'reminder', reservationId: 'k7f2-140', siteId: 'ALC',
    pointId: 'ALC-01', connectorNo: 1, fromMs: 1_763_712_000_000, toMs: 1_763_719_200_000, timeZone: 'Europe/Madrid',
    state: 'booked', feeMinor: 500, holdMinor: 500, takenMinor: 0, currency: 'EUR', checkInByMs: 1_763_712_900_000,
    sessionId: null, why: '',
  },
});
export type ReservationNews = z.infer<typeof reservationNews.schema>;

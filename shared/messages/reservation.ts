// Reservations: a connector that is kept for somebody from one moment to another; recurring ones, and what a driver or
// a fleet asks for.
import { z } from 'zod';
import { accountSchema } from '../account.ts';
import {
  pointIdSchema, reservationIdSchema, sessionIdSchema, siteIdSchema, ticketIdSchema, userIdSchema,
} from '../ids.ts';
import { LIMITS } from '../limits.ts';
import { currencySchema } from '../money.ts';
import { amountMinorSchema, atMsSchema, connectorNoSchema, durationMsSchema, fitSchema, noteSchema } from './values.ts';

/**
 * `active`: the window is open, the connector is kept; `checked-in`: she is there, or has asked for her charge;
 * `fulfilled`: she has charged; `no-show`: nobody came in time; `expired`: checked in, but no charge began.
 */
export const RESERVATION_STATES = [
  'booked', 'active', 'checked-in', 'fulfilled', 'cancelled', 'no-show', 'expired',
] as const;
export const reservationStateSchema = z.enum(RESERVATION_STATES);
export type ReservationState = z.infer<typeof reservationStateSchema>;

/** What is taken of the fee when a reservation is cancelled at least so long before it begins. */
export const cancelTierSchema = z.object({ beforeMs: durationMsSchema, percent: z.int().min(0).max(100) });
export type CancelTier = z.infer<typeof cancelTierSchema>;

/** What held when it was booked: what changes later changes nothing for it. */
export const reservationTermsSchema = z.object({
  /** The earliest comes first; nearer than the last one, all of the fee is taken. */
  tiers: z.array(cancelTierSchema).max(10),
  /** The connector is kept from so long before the slot on. */
  marginMs: durationMsSchema,
  /** Who has not come by then has not come. */
  graceMs: durationMsSchema,
  /** She is reminded so long before; 0: never. */
  reminderMs: durationMsSchema,
});
export type ReservationTerms = z.infer<typeof reservationTermsSchema>;

export const reservationSchema = z.object({
  reservationId: reservationIdSchema,
  /** The recurring one that it is an occurrence of. */
  seriesId: reservationIdSchema.nullable(),
  /** The booking of a fleet that it was made by, together with others. */
  fleetId: reservationIdSchema.nullable(),
  userId: userIdSchema,
  /** The wallet that pays the fee. */
  payer: accountSchema,
  siteId: siteIdSchema, pointId: pointIdSchema, connectorNo: connectorNoSchema,
  beginsAtMs: atMsSchema, endsAtMs: atMsSchema,
  state: reservationStateSchema,
  stateSinceMs: atMsSchema,
  bookedAtMs: atMsSchema,
  currency: currencySchema,
  /** All of the fee: for a slot that nobody came for. */
  feeMinor: amountMinorSchema,
  /** What of it is held now. */
  holdMinor: amountMinorSchema,
  /** What was taken in the end. */
  takenMinor: amountMinorSchema,
  ticketId: ticketIdSchema.nullable(),
  /** The charge that it is used for. */
  sessionId: sessionIdSchema.nullable(),
  terms: reservationTermsSchema,
  /** `<tariff>#<version>`, for its ticket. */
  tariff: z.string(),
  timeZone: z.string(),
  reminded: z.boolean(),
  /** Its beginning has come, and it was looked at whether the connector is free. */
  begun: z.boolean(),
  /** When something happens to it by itself; null: nothing will. */
  dueMs: atMsSchema.nullable(),
  /** Why it came to its end, in words; empty otherwise. */
  why: z.string(),
});
export type Reservation = z.infer<typeof reservationSchema>;

export const REPEATS = ['daily', 'weekly', 'monthly'] as const;
/** By the site's calendar and clock, also when that is changed for summer time. */
export const repeatSchema = z.object({
  every: z.enum(REPEATS),
  /** Occurrences, with the first. */
  times: z.int().min(2).max(LIMITS.occurrencesOfSeries),
});
export type Repeat = z.infer<typeof repeatSchema>;

/** A recurring reservation: it makes its occurrences as time goes. */
export const reservationSeriesSchema = z.object({
  seriesId: reservationIdSchema,
  userId: userIdSchema,
  siteId: siteIdSchema, pointId: pointIdSchema, connectorNo: connectorNoSchema,
  /** Of the first occurrence. */
  beginsAtMs: atMsSchema, endsAtMs: atMsSchema,
  repeat: repeatSchema,
  timeZone: z.string(),
  /** ended: all were made; the row goes when the last one is over. */
  state: z.enum(['active', 'ended']),
  /** Occurrences that were looked at: made, or given up. */
  made: z.int().nonnegative(),
  /** Those that could not be booked, and why. */
  missed: z.array(z.object({ beginsAtMs: atMsSchema, why: z.string() })).max(LIMITS.occurrencesOfSeries),
  /** When the next one is made, or the last one is over. */
  dueMs: atMsSchema,
});
export type ReservationSeries = z.infer<typeof reservationSeriesSchema>;

/** Where: one connector of a point, any that fits there, or any that fits at a site. */
export const reservedPlaceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('point'), pointId: pointIdSchema, connectorNo: connectorNoSchema.nullable() }),
  z.object({ kind: z.literal('site'), siteId: siteIdSchema }),
]);
export type ReservedPlace = z.infer<typeof reservedPlaceSchema>;

const wishShape = {
  userId: userIdSchema, place: reservedPlaceSchema, fit: fitSchema, beginsAtMs: atMsSchema, endsAtMs: atMsSchema,
};
export const reservationWishSchema = z.object(wishShape);
export type ReservationWish = z.infer<typeof reservationWishSchema>;

/** The orders about reservations; people give them about their own, too. */
export const reservationOrders = [
  z.object({ kind: z.literal('book-reservation'), ...wishShape, repeat: repeatSchema.nullable() }),
  z.object({
    /** All of them or none. */
    kind: z.literal('book-reservations'), wishes: z.array(reservationWishSchema).min(1).max(LIMITS.reservationsInBulk),
  }),
  z.object({
    kind: z.literal('change-reservation'), reservationId: reservationIdSchema,
    /** Null: where it is. */
    place: reservedPlaceSchema.nullable(), beginsAtMs: atMsSchema, endsAtMs: atMsSchema,
  }),
  z.object({
    kind: z.literal('cancel-reservation'), reservationId: reservationIdSchema,
    /** An operator's: nothing is taken. */
    free: z.boolean(), note: noteSchema,
  }),
  z.object({ kind: z.literal('cancel-reservation-series'), seriesId: reservationIdSchema, note: noteSchema }),
  z.object({
    /** All that is still to come of it, in one step. */
    kind: z.literal('cancel-reservation-fleet'), fleetId: reservationIdSchema,
    /** Nothing is done: only what it would come to is said. */
    preview: z.boolean(), free: z.boolean(), note: noteSchema,
  }),
  z.object({ kind: z.literal('check-in'), reservationId: reservationIdSchema }),
] as const;

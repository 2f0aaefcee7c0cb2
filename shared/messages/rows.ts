// The rows that a `query` answers with, for the lists that programs read (the others are printed as they are).
// Times are UTC milliseconds; the tools print them as ISO 8601.
import { z } from 'zod';
import { walletSchema } from '../account.ts';
import {
  pointIdSchema, reservationIdSchema, sessionIdSchema, siteIdSchema, tariffIdSchema, userIdSchema,
} from '../ids.ts';
import { currencySchema } from '../money.ts';
import { pricedSchema } from './exchange-rate.ts';
import { priceNowSchema } from './ocpi-tariff.ts';
import { reservationTermsSchema } from './reservation.ts';
import { ticketLineSchema } from './ticket-line.ts';
import {
  amountMinorSchema, atMsSchema, connectorNoSchema, connectorTypeSchema, endReasonSchema, energyWhSchema,
  latitudeSchema, longitudeSchema, pointStatusSchema, powerWSchema, sessionStateSchema, socPercentSchema,
  vatPartSchema,
} from './values.ts';

/** `points`, as a driver sees it. Filters: siteId, text, latitude, longitude, radiusM, connectorType, minPowerW. */
export const pointOfferSchema = z.object({
  pointId: pointIdSchema,
  siteId: siteIdSchema,
  /** The site's name. */
  place: z.string(),
  address: z.string(),
  /** The site's; an older Central does not say it. */
  timeZone: z.string().optional(),
  latitude: latitudeSchema, longitude: longitudeSchema,
  status: pointStatusSchema,
  sinceMs: atMsSchema,
  /** Why it is so, in words; empty when there is nothing to say. */
  why: z.string(),
  connectors: z.array(z.object({
    connectorNo: connectorNoSchema, type: connectorTypeSchema, maxPowerW: powerWSchema, status: pointStatusSchema,
    /** When the next reservation of it begins; without it: none does. */
    reservedFromMs: atMsSchema.optional(),
  })),
  /** The prices that hold now at this point; null when its tariff is not valid now. */
  price: priceNowSchema.nullable(),
  currency: currencySchema,
  /** Drivers waiting at the site. */
  waiting: z.int().nonnegative(),
  /** Metres from the position that was asked for; null when none was. */
  distanceM: z.int().nonnegative().nullable(),
});
export type PointOffer = z.infer<typeof pointOfferSchema>;

/**
 * `estimate`: what a charge would cost, one row. Filters: pointId; connectorNo (its first), energyWh (20,000), powerW
 * (the connector's most), parkingMs (none: plugged in without charging, afterwards). It begins now; with
 * reservationId in that slot, with sinceMs and untilMs in a slot that might be reserved.
 */
export const estimateRowSchema = z.object({
  pointId: pointIdSchema, connectorNo: connectorNoSchema,
  tariffId: tariffIdSchema, version: z.int().positive(),
  /** What was assumed, with what was given. `chargingMs` is the energy at that power. */
  startMs: atMsSchema, timeZone: z.string(), energyWh: energyWhSchema, powerW: powerWSchema,
  chargingMs: z.int().nonnegative(), parkingMs: z.int().nonnegative(),
  currency: currencySchema,
  /** With VAT. */
  totalMinor: amountMinorSchema,
  lines: z.array(ticketLineSchema),
  vat: z.array(vatPartSchema),
  /** What it is in the tariff's currency, as its lines are, when she pays in another one. */
  priced: pricedSchema.optional(),
  /** Somebody's reservation is next: a charge is ended then. Without it nothing is known to be in the way. */
  freeUntilMs: atMsSchema.optional(),
  /** What of the energy flows by then. */
  reachedWh: energyWhSchema.optional(),
  /** The reservation, or what reserving would mean. */
  slot: z.object({
    reservationId: reservationIdSchema.nullable(), beginsAtMs: atMsSchema, endsAtMs: atMsSchema,
    /** Held when it is booked, and taken when nobody comes; of a cancellation so many per cent, by its tier. */
    feeMinor: amountMinorSchema, terms: reservationTermsSchema,
    /** Who has not come by then has not come. */
    checkInByMs: atMsSchema,
    /** Why it cannot be reserved; null: it can, or is. */
    whyNot: z.string().nullable(),
  }).optional(),
});
export type EstimateRow = z.infer<typeof estimateRowSchema>;

/**
 * `my-sessions` and `sessions`: a session, running or over.
 * Filters: driverId, siteId, pointId, state, open ("yes").
 */
export const sessionRowSchema = z.object({
  sessionId: sessionIdSchema,
  requestId: z.string(),
  corr: z.string(),
  driverId: userIdSchema,
  siteId: siteIdSchema,
  pointId: pointIdSchema.nullable(),
  connectorNo: connectorNoSchema.nullable(),
  state: sessionStateSchema,
  stateSinceMs: atMsSchema,
  requestedAtMs: atMsSchema,
  startedAtMs: atMsSchema.nullable(),
  endedAtMs: atMsSchema.nullable(),
  endReason: endReasonSchema.nullable(),
  provisional: z.boolean(),
  energyWh: energyWhSchema,
  powerW: powerWSchema,
  socPercent: socPercentSchema.nullable(),
  costMinor: amountMinorSchema,
  holdMinor: amountMinorSchema,
  /** The wallet that the amount is held in: the driver's own, or a group's. */
  payer: walletSchema,
  currency: currencySchema,
  /** Place in the waiting queue; null when not waiting. */
  place: z.int().positive().nullable(),
  estimatedWaitMs: z.int().nonnegative().nullable(),
  plugByMs: atMsSchema.nullable(),
  flags: z.array(z.string()),
});
export type SessionRow = z.infer<typeof sessionRowSchema>;

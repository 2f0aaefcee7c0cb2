// The values that several messages share: quantities with their units, places, and the closed lists of words.
import { z } from 'zod';
import { currencySchema } from '../money.ts';
import { pricedSchema } from './exchange-rate.ts';
import { ticketLineSchema } from './ticket-line.ts';
import { pointIdSchema, sessionIdSchema, siteIdSchema, tariffIdSchema, ticketIdSchema } from '../ids.ts';

const whole = z.int().nonnegative();

/** The last moment of the year 9999: what is later is no date, and nothing can be reckoned with it. */
export const LAST_AT_MS = 253_402_300_799_999;
/** One terawatt hour. No meter comes near; above it a bill would leave the whole numbers. */
export const MOST_ENERGY_WH = 1_000_000_000_000;

/** UTC milliseconds since 1970. */
export const atMsSchema = whole.max(LAST_AT_MS);
/** Milliseconds of a duration or an uptime. */
export const durationMsSchema = whole.max(LAST_AT_MS);
export const energyWhSchema = whole.max(MOST_ENERGY_WH);
export const powerWSchema = whole;
/** Minor units of the currency named beside it; may be negative (a balance, a correction). */
export const amountMinorSchema = z.int();
/** State of charge in whole per cent. */
export const socPercentSchema = z.int().min(0).max(100);
export const connectorNoSchema = z.int().min(1).max(16);
export const bootIdSchema = z.int().positive();
export const seqSchema = z.int().positive();
/** Free text of an operator or a device: one line, bounded. */
export const noteSchema = z.string().max(500);
export const latitudeSchema = z.number().min(-90).max(90);
export const longitudeSchema = z.number().min(-180).max(180);

/** OCPI 2.2.1, ConnectorType (mod_locations 8.4.5), those that the network knows; SAE_J3400 from 2.2.1-d2. */
export const CONNECTOR_TYPES = [
  'IEC_62196_T1', 'IEC_62196_T1_COMBO', 'IEC_62196_T2', 'IEC_62196_T2_COMBO', 'CHADEMO', 'SAE_J3400', 'TESLA_S',
  'DOMESTIC_B', 'DOMESTIC_F', 'NEMA_5_20', 'NEMA_6_50', 'NEMA_14_50',
] as const;
export const connectorTypeSchema = z.enum(CONNECTOR_TYPES);
export type ConnectorType = z.infer<typeof connectorTypeSchema>;

/** OCPP's ChargePointStatus, plus `Disconnected` for a point whose monitor is away. */
export const POINT_STATUSES = [
  'Available', 'Preparing', 'Charging', 'SuspendedEV', 'SuspendedEVSE', 'Finishing', 'Reserved', 'Unavailable',
  'Faulted', 'Disconnected',
] as const;
export const pointStatusSchema = z.enum(POINT_STATUSES);
export type PointStatus = z.infer<typeof pointStatusSchema>;

export const SESSION_STATES = [
  'requested', 'queued', 'authorized', 'preparing', 'charging', 'suspended', 'finishing', 'completed',
  'rejected', 'cancelled', 'expired', 'interrupted',
] as const;
export const sessionStateSchema = z.enum(SESSION_STATES);
export type SessionState = z.infer<typeof sessionStateSchema>;

/** Why a charge ended. */
export const END_REASONS = [
  'driver', 'vehicle-full', 'energy-reached', 'amount-reached', 'soc-reached', 'unplugged', 'operator', 'fault',
  'power-loss', 'engine-restarted', 'hold-used-up', 'monitor-lost', 'key-revoked', 'reset', 'not-authorized',
  'never-reported', 'reserved', 'no-show', 'late-cancellation', 'not-used',
] as const;
export const endReasonSchema = z.enum(END_REASONS);
export type EndReason = z.infer<typeof endReasonSchema>;

/** What can break at a point. */
export const FAULT_CODES = ['relay', 'ground-fault', 'over-temperature', 'meter', 'power-loss', 'forced'] as const;
export const faultCodeSchema = z.enum(FAULT_CODES);
export type FaultCode = z.infer<typeof faultCodeSchema>;

export const ROLES = ['admin', 'operator', 'technician', 'user'] as const;
export const roleSchema = z.enum(ROLES);
export type Role = z.infer<typeof roleSchema>;

export const bcryptHashSchema = z.string().regex(/^\$2[aby]\$\d\d\$.{53}$/, 'must be a bcrypt hash');

/** Six digits of an authenticator, or a recovery code, with or without dashes. */
export const oneTimeCodeSchema = z.string().min(1).max(40);

export const PRIORITY_CLASSES = ['normal', 'priority', 'emergency'] as const;
export const priorityClassSchema = z.enum(PRIORITY_CLASSES);
export type PriorityClass = z.infer<typeof priorityClassSchema>;

/** Where a driver wants to charge: one point, a site, or any point near a position that fits. */
export const targetSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('point'), pointId: pointIdSchema, connectorNo: connectorNoSchema.nullable() }),
  z.object({ kind: z.literal('site'), siteId: siteIdSchema }),
  z.object({
    kind: z.literal('near'), latitude: latitudeSchema, longitude: longitudeSchema,
    /** The farthest point that will do, in metres. */
    radiusM: z.int().positive().max(200_000),
  }),
]);
export type Target = z.infer<typeof targetSchema>;

/** What a point must have: connector type and least power; null is "any". */
export const fitSchema = z.object({
  connectorType: connectorTypeSchema.nullable(),
  minPowerW: powerWSchema.nullable(),
});
export type Fit = z.infer<typeof fitSchema>;

/** When a charge is enough: any of the three, null is "no limit of this kind". */
export const goalSchema = z.object({
  energyWh: energyWhSchema.positive().nullable(),
  amountMinor: amountMinorSchema.positive().nullable(),
  socPercent: socPercentSchema.nullable(),
});
export type Goal = z.infer<typeof goalSchema>;
export const NO_GOAL: Goal = { energyWh: null, amountMinor: null, socPercent: null };

export const connectorSchema = z.object({
  connectorNo: connectorNoSchema, type: connectorTypeSchema, maxPowerW: powerWSchema.positive(),
  /** Another tariff than its point's. */
  tariffId: tariffIdSchema.optional(),
});
export type Connector = z.infer<typeof connectorSchema>;

/** What one VAT rate took of a ticket. */
export const vatPartSchema = z.object({
  /** Per cent, as decimal text: "21", "5.5". */
  rate: z.string().regex(/^\d{1,3}(\.\d{1,4})?$/, 'must be per cent such as 21 or 5.5'),
  netMinor: amountMinorSchema,
  vatMinor: amountMinorSchema,
});
export type VatPart = z.infer<typeof vatPartSchema>;

export const ticketSchema = z.object({
  ticketId: ticketIdSchema,
  sessionId: sessionIdSchema,
  kind: z.enum(['final', 'correction']),
  /** The ticket that a correction corrects. */
  corrects: ticketIdSchema.nullable(),
  driverId: z.string(), siteId: siteIdSchema, pointId: pointIdSchema, connectorNo: connectorNoSchema,
  tariffId: tariffIdSchema,
  startedAtMs: atMsSchema, endedAtMs: atMsSchema, issuedAtMs: atMsSchema,
  meterStartWh: energyWhSchema, meterStopWh: energyWhSchema,
  energyWh: energyWhSchema,
  endReason: endReasonSchema,
  lines: z.array(ticketLineSchema),
  currency: currencySchema,
  /** With VAT: what is charged. */
  totalMinor: amountMinorSchema,
  /** The VAT in the total, by rate: net and VAT add up to it. Empty: no VAT was reckoned. */
  vat: z.array(vatPartSchema).default([]),
  /** What it was in its tariff's currency, as its lines are, and the rate; without it that is the same currency. */
  priced: pricedSchema.optional(),
  /** What a person should know: a clock that jumped, a disputed end, a correction's reason. */
  flags: z.array(z.string()),
});
export type Ticket = z.infer<typeof ticketSchema>;

/** A key as it is handed over on a link: 32 bytes, base64. Never logged. */
export const keyGrantSchema = z.object({
  keyId: z.string(), keyBase64: z.base64(), expiresAtMs: atMsSchema.nullable(),
});
export type KeyGrant = z.infer<typeof keyGrantSchema>;

/** Numbers that Central gives: commands count per point, notices per driver; both without gaps, from 1. */
export const commandNumberSchema = z.int().positive();
export const noticeNumberSchema = z.int().positive();

/** What the domain event log records. */
export const EVENT_KINDS = [
  'point-status', 'point-link', 'point-health', 'point-operative', 'point-note', 'point-boot', 'fault', 'fault-cleared',
  'session-state', 'session-flag', 'ticket', 'ledger', 'queue', 'command', 'order', 'access', 'registry', 'bus',
  'payment', 'debt',
  'reservation-confirmed', 'reservation-changed', 'reservation-cancelled', 'reservation-reminder',
  'reservation-no-show', 'reservation-state', 'nearly-done', 'low-balance', 'invoice', 'payment-failed',
  'maintenance',
] as const;
export const eventKindSchema = z.enum(EVENT_KINDS);
export type EventKind = z.infer<typeof eventKindSchema>;

/** Why a payment came to nothing, as its driver is told. */
export const PAYMENT_FAILURES = ['declined', 'not-possible', 'gateway-away', 'not-confirmed', 'not-captured'] as const;
export const paymentFailureSchema = z.enum(PAYMENT_FAILURES);
export type PaymentFailure = z.infer<typeof paymentFailureSchema>;

/** What a payment is for: money on the wallet now, or an amount that stands ready for the next charge. */
export const PAYMENT_PURPOSES = ['top-up', 'pre-authorization'] as const;
export const paymentPurposeSchema = z.enum(PAYMENT_PURPOSES);
export type PaymentPurpose = z.infer<typeof paymentPurposeSchema>;

export const DEAD_LETTER_REASONS = [
  'malformed', 'unknown-type', 'unknown-sender', 'wrong-key', 'not-for-us', 'too-large', 'impossible',
] as const;
export const deadLetterReasonSchema = z.enum(DEAD_LETTER_REASONS);
export type DeadLetterReason = z.infer<typeof deadLetterReasonSchema>;

// Orders of people with a role: what the operator's screen, `ctl` and `admin` can do. One union, one answer each.
// Passwords, PINs and secrets never travel in an order: the tool hashes them first. The one exception is the secret of
// an authenticator, which Central has to know.
import { z } from 'zod';
import { walletSchema } from '../account.ts';
import {
  claimIdSchema, groupIdSchema, meterIdSchema, paymentIdSchema, planIdSchema, pointIdSchema, seriesIdSchema,
  sessionIdSchema, siteIdSchema, tariffIdSchema, ticketIdSchema, userIdSchema,
} from '../ids.ts';
import { currencySchema } from '../money.ts';
import { accountOrders } from './accounts.ts';
import { claimBasisSchema, claimTermsSchema, evidenceSchema, paidFromSchema } from './claim.ts';
import { exchangeRatesSchema } from './exchange-rate.ts';
import { groupRowSchema } from './group-row.ts';
import { tariffPlaceSchema } from './group-tariff.ts';
import { billingDetailsSchema } from './invoice.ts';
import { notificationOrders } from './notification.ts';
import { networkTariffSchema } from './ocpi-tariff.ts';
import { seriesHoursSchema } from './price-series.ts';
import { reservationOrders } from './reservation.ts';
import { planRowSchema } from './subscription.ts';
import {
  amountMinorSchema, atMsSchema, bcryptHashSchema, connectorNoSchema, connectorSchema, latitudeSchema,
  longitudeSchema, noteSchema, paymentPurposeSchema, powerWSchema, priorityClassSchema, roleSchema,
} from './values.ts';

export const scopeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('points'), pointIds: z.array(pointIdSchema).min(1).max(1_000) }),
  z.object({ kind: z.literal('site'), siteId: siteIdSchema }),
  z.object({ kind: z.literal('all') }),
]);
export type Scope = z.infer<typeof scopeSchema>;

export const siteRowSchema = z.object({
  siteId: siteIdSchema,
  name: z.string().min(1).max(120),
  address: z.string().max(200),
  latitude: latitudeSchema, longitude: longitudeSchema,
  /** IANA name, such as Europe/Madrid: time-of-use prices and opening hours use it. */
  timeZone: z.string().min(1).max(60),
  tariffId: tariffIdSchema,
  /** Waiting is allowed here (the practice's plain network has no queue). */
  queueEnabled: z.boolean(),
});
export type SiteRow = z.infer<typeof siteRowSchema>;

export const pointRowSchema = z.object({
  pointId: pointIdSchema,
  siteId: siteIdSchema,
  address: z.string().max(200),
  latitude: latitudeSchema, longitude: longitudeSchema,
  connectors: z.array(connectorSchema).min(1).max(16)
    .refine((list) => new Set(list.map((c) => c.connectorNo)).size === list.length, 'connector numbers must differ'),
  /** Another tariff than its site's. */
  tariffId: tariffIdSchema.optional(),
});
export type PointRow = z.infer<typeof pointRowSchema>;

/** `2026-03`, by the calendar of whoever it is about. */
export const monthSchema = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month such as 2026-03');

const minuteOfDay = z.int().min(0).max(1440);
export const userLimitsSchema = z.object({
  sessionsAtOnce: z.int().min(1).max(100),
  maxPowerW: powerWSchema.nullable(),
  /** Charges may begin between these minutes of the site's day (from > to: over midnight); null: at any time. */
  hours: z.object({ fromMinute: minuteOfDay, toMinute: minuteOfDay }).nullable(),
});
export type UserLimits = z.infer<typeof userLimitsSchema>;

export const userRowSchema = z.object({
  userId: userIdSchema,
  role: roleSchema,
  active: z.boolean(),
  priorityClass: priorityClassSchema,
  limits: userLimitsSchema,
  currency: currencySchema,
});
export type UserRow = z.infer<typeof userRowSchema>;

/** Without it a positive amount is a top-up, a negative one an adjustment. */
const bookedAs = z.enum(['top-up', 'adjustment', 'opening']).optional();
const sha256Base64 = z.string().length(44);
/** 20 bytes. */
const totpSecretBase64 = z.base64().length(28);
const recoverySha256sSchema = z.array(sha256Base64).max(20);

/** The most minor units of one payment. */
const MOST_PAYMENT_MINOR = 100_000_000;
export const startPaymentSchema = z.object({
  kind: z.literal('start-payment'), userId: userIdSchema, purpose: paymentPurposeSchema,
  amountMinor: amountMinorSchema.min(1).max(MOST_PAYMENT_MINOR),
  /** What the gateway knows the payer's card by: never a card number. */
  token: z.string().regex(/^[A-Za-z][A-Za-z0-9_.:-]{2,199}$/, "must be the gateway's token of a means of payment"),
  /** ISO 3166-1 alpha-2, for the rules that choose a gateway; null: not known. */
  country: z.string().regex(/^[A-Z]{2}$/, 'must be a code such as ES').nullable(),
});
export const cancelPaymentSchema = z.object({ kind: z.literal('cancel-payment'), paymentId: paymentIdSchema });

export const orderSchema = z.discriminatedUnion('kind', [
  // running the network
  z.object({
    kind: z.literal('set-operative'), scope: scopeSchema, operative: z.boolean(), note: noteSchema,
    /** Out of service as planned, which is no outage. Left out, as older senders do: a note that begins so says it. */
    planned: z.boolean().optional(),
  }),
  z.object({ kind: z.literal('end-session'), sessionId: sessionIdSchema, note: noteSchema }),
  z.object({ kind: z.literal('close-session'), sessionId: sessionIdSchema, note: noteSchema }),
  z.object({ kind: z.literal('leave-queue'), sessionId: sessionIdSchema, note: noteSchema }),
  z.object({
    kind: z.literal('set-power-limit'), pointId: pointIdSchema, connectorNo: connectorNoSchema.nullable(),
    limitW: powerWSchema.nullable(),
  }),
  z.object({ kind: z.literal('reset-point'), pointId: pointIdSchema, how: z.enum(['soft', 'hard']) }),
  z.object({ kind: z.literal('unlock-connector'), pointId: pointIdSchema, connectorNo: connectorNoSchema }),
  z.object({ kind: z.literal('revoke-point-key'), pointId: pointIdSchema, note: noteSchema }),
  z.object({ kind: z.literal('revoke-point'), pointId: pointIdSchema, note: noteSchema }),
  z.object({ kind: z.literal('unbar-point'), pointId: pointIdSchema, note: noteSchema }),
  z.object({ kind: z.literal('revoke-user-keys'), userId: userIdSchema, note: noteSchema }),
  z.object({ kind: z.literal('release-lockout'), who: z.string().max(100) }),
  // payments
  startPaymentSchema,
  cancelPaymentSchema,
  z.object({
    kind: z.literal('refund-payment'), paymentId: paymentIdSchema,
    /** Null: all that is left of it. */
    amountMinor: amountMinorSchema.min(1).max(MOST_PAYMENT_MINOR).nullable(),
    note: noteSchema.min(1),
  }),
  /** What rests between two attempts is tried now; what was given up is looked up at its gateway. */
  z.object({ kind: z.literal('retry-payment'), paymentId: paymentIdSchema }),
  // the registry
  z.object({ kind: z.literal('put-tariff'), tariff: networkTariffSchema }),
  z.object({ kind: z.literal('remove-tariff'), tariffId: tariffIdSchema }),
  z.object({ kind: z.literal('put-price-series'), hours: seriesHoursSchema }),
  z.object({ kind: z.literal('put-exchange-rates'), rates: exchangeRatesSchema }),
  z.object({ kind: z.literal('remove-price-series'), seriesId: seriesIdSchema }),
  z.object({ kind: z.literal('put-site'), site: siteRowSchema }),
  z.object({ kind: z.literal('remove-site'), siteId: siteIdSchema }),
  z.object({ kind: z.literal('put-point'), point: pointRowSchema, secretSha256: sha256Base64.nullable() }),
  z.object({ kind: z.literal('remove-point'), pointId: pointIdSchema }),
  z.object({
    kind: z.literal('put-user'), user: userRowSchema,
    /** Null: as it was. */
    passwordHash: bcryptHashSchema.nullable(), pinHash: bcryptHashSchema.nullable(),
  }),
  z.object({ kind: z.literal('remove-user'), userId: userIdSchema }),
  z.object({ kind: z.literal('put-group'), group: groupRowSchema }),
  z.object({ kind: z.literal('remove-group'), groupId: groupIdSchema }),
  z.object({
    kind: z.literal('assign-tariff'), groupId: groupIdSchema, place: tariffPlaceSchema,
    /** Null: the place's own again. */
    tariffId: tariffIdSchema.nullable(),
  }),
  // accounts, as people make and mend them
  ...accountOrders,
  ...notificationOrders,
  // plans; people subscribe themselves, too
  z.object({ kind: z.literal('put-plan'), plan: planRowSchema }),
  z.object({ kind: z.literal('remove-plan'), planId: planIdSchema }),
  z.object({ kind: z.literal('subscribe'), userId: userIdSchema, planId: planIdSchema }),
  z.object({ kind: z.literal('unsubscribe'), userId: userIdSchema }),
  // reservations; people give them about their own, too
  ...reservationOrders,
  // second factors; people give them about themselves, too
  z.object({
    kind: z.literal('enrol-second-factor'), userId: userIdSchema, secretBase64: totpSecretBase64,
    recoverySha256s: recoverySha256sSchema,
    /** The 30 s step of a code that whoever made the secret has checked; null: the first log-in confirms it. */
    counter: z.int().positive().nullable(),
  }),
  z.object({
    kind: z.literal('renew-recovery-codes'), userId: userIdSchema, recoverySha256s: recoverySha256sSchema,
  }),
  z.object({ kind: z.literal('remove-second-factor'), userId: userIdSchema, note: noteSchema }),
  // money
  z.object({ kind: z.literal('put-billing-details'), details: billingDetailsSchema }),
  z.object({ kind: z.literal('invoice-month'), payer: walletSchema, month: monthSchema }),
  z.object({
    kind: z.literal('book'), userId: userIdSchema, amountMinor: amountMinorSchema, reason: noteSchema.min(1),
    as: bookedAs,
  }),
  z.object({
    kind: z.literal('book-group'), groupId: groupIdSchema, amountMinor: amountMinorSchema, reason: noteSchema.min(1),
    as: bookedAs,
  }),
  z.object({
    kind: z.literal('refund-ticket'), ticketId: ticketIdSchema,
    /** Null: all that is left of it. */
    amountMinor: amountMinorSchema.positive().nullable(), reason: noteSchema.min(1),
  }),
  z.object({
    kind: z.literal('transfer'), from: walletSchema, to: walletSchema, amountMinor: amountMinorSchema.positive(),
    reason: noteSchema.min(1),
  }),
  // debts
  z.object({ kind: z.literal('pause-debt'), wallet: walletSchema, untilMs: atMsSchema, reason: noteSchema.min(1) }),
  z.object({ kind: z.literal('resume-debt'), wallet: walletSchema }),
  z.object({ kind: z.literal('write-off-debt'), wallet: walletSchema, reason: noteSchema.min(1) }),
  // charging at home
  z.object({ kind: z.literal('put-claim-terms'), terms: claimTermsSchema }),
  z.object({
    kind: z.literal('put-claim'),
    /** Null: a new one; else a draft is changed. */
    claimId: claimIdSchema.nullable(),
    claim: z.object({
      groupId: groupIdSchema, claimantId: userIdSchema, meterId: meterIdSchema, basis: claimBasisSchema,
    }),
  }),
  z.object({ kind: z.literal('add-claim-evidence'), claimId: claimIdSchema, evidence: evidenceSchema }),
  z.object({ kind: z.literal('submit-claim'), claimId: claimIdSchema }),
  z.object({ kind: z.literal('approve-claim'), claimId: claimIdSchema }),
  z.object({ kind: z.literal('reject-claim'), claimId: claimIdSchema, reason: noteSchema.min(1) }),
  z.object({ kind: z.literal('pay-claim'), claimId: claimIdSchema, from: paidFromSchema }),
]);
export type Order = z.infer<typeof orderSchema>;
export type OrderKind = Order['kind'];

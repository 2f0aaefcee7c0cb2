// Payments as the API shows them: to their payer, and to operators with what went wrong on the way.
import { z } from 'zod';
import { paymentIdSchema, sessionIdSchema, userIdSchema } from '../../shared/ids.ts';
import { startPaymentSchema } from '../../shared/messages/orders.ts';
import { amountMinorSchema, atMsSchema, noteSchema, paymentPurposeSchema } from '../../shared/messages/values.ts';
import { currencySchema } from '../../shared/money.ts';
import { PAYMENT_STATES } from '../core/payment-states.ts';
import { named } from './operation.ts';
import { momentSchema, outside, outsideSchema } from './outside.ts';

const AT_MS = 1_763_700_000_000;

export const paymentStateSchema = z.enum(PAYMENT_STATES);
const ownPayment = z.object({
  paymentId: paymentIdSchema, purpose: paymentPurposeSchema,
  sessionId: sessionIdSchema.nullable().describe('the charge that a pre-authorization pays'),
  gateway: z.string(), currency: currencySchema, amountMinor: amountMinorSchema, state: paymentStateSchema,
  capturedMinor: amountMinorSchema.describe('taken, and on the wallet'),
  refundedMinor: amountMinorSchema.describe('paid back of that'),
  createdAtMs: atMsSchema, changedAtMs: atMsSchema,
  expiresAtMs: atMsSchema.describe('one that waits for somebody is given up then'),
});
const ownExample = {
  paymentId: 'k7f2-120', purpose: 'top-up', sessionId: null, gateway: 'demo', currency: 'EUR', amountMinor: 2_000,
  state: 'requires-action', capturedMinor: 0, refundedMinor: 0, createdAtMs: AT_MS, changedAtMs: AT_MS,
  expiresAtMs: AT_MS + 1_800_000,
};
export const ownPaymentSchema = named('OwnPayment', outsideSchema(ownPayment), outside(ownExample));
export const OWN_PAYMENT_FIELDS = Object.keys(ownPayment.shape);

export const paymentSchema = named('Payment', outsideSchema(z.object({
  ...ownPayment.shape, userId: userIdSchema, reference: z.string().nullable().describe("the gateway's own id"),
  bookedMinor: amountMinorSchema, bookedBackMinor: amountMinorSchema,
  operation: z.enum(['authorize', 'capture', 'cancel', 'refund', 'fetch']).nullable().describe('under way'),
  attempts: z.int().nonnegative(), nextAttemptAtMs: atMsSchema.nullable(), cancelWanted: z.boolean(),
  lastError: z.string().nullable(),
})), outside({
  ...ownExample, userId: 'ana', reference: 'p-17', bookedMinor: 0, bookedBackMinor: 0, operation: 'fetch', attempts: 2,
  nextAttemptAtMs: AT_MS + 30_000, cancelWanted: false, lastError: null,
}));

export const payerActionSchema = named('PayerAction', z.object({
  paymentId: paymentIdSchema, url: z.string().describe('the page on which the payer confirms; for her alone'),
  confirmBy: momentSchema.describe('not confirmed by then, it is given up'),
}), {
  paymentId: 'k7f2-120', url: 'https://bank.example/confirm/p-17', confirmBy: new Date(AT_MS + 1_800_000).toISOString(),
});

const { purpose, amountMinor, token, country } = startPaymentSchema.shape;
const wished = {
  purpose: purpose.default('top-up').describe('a pre-authorization pays the next charge, and releases the rest'),
  amountMinor, token: token.describe("the gateway's token of the means of payment; never a card number"),
  country: country.default(null).describe('for the rules that choose the gateway'),
};
export const ownPaymentBody = named('OwnPaymentNew', z.strictObject(wished),
  { purpose: 'top-up', amountMinor: 2_000, token: 'tok-ok', country: 'ES' });
export const paymentBody = named('PaymentNew', z.strictObject({ userId: userIdSchema, ...wished }),
  { userId: 'ana', purpose: 'top-up', amountMinor: 2_000, token: 'tok-ok', country: null });
export const paymentRefundBody = named('PaymentRefund', z.strictObject({
  amountMinor: amountMinorSchema.min(1).nullable().default(null).describe('null: all that is left'),
  note: noteSchema.min(1),
}), { amountMinor: 500, note: 'the cable was broken' });

import type { z } from 'zod';
import { paymentIdSchema, requestIdSchema, sessionIdSchema, userIdSchema } from '../ids.ts';
import { currencySchema } from '../money.ts';
import { defineRecord } from './message.ts';
import { amountMinorSchema, noticeNumberSchema, paymentFailureSchema, paymentPurposeSchema } from './values.ts';

export const paymentFailed = defineRecord({
  type: 'payment-failed',
  channel: 'notices',
  key: 'driver',
  delivery: 'stored and numbered per driver; the topic is the fast way',
  summary: 'A payment came to nothing, and why. A charge that it was for goes on and is billed to the wallet.',
  fields: {
    /** Counts up per driver, without gaps. */
    number: noticeNumberSchema,
    driverId: userIdSchema,
    requestId: requestIdSchema.nullable(),
    paymentId: paymentIdSchema,
    purpose: paymentPurposeSchema,
    /** The session that a pre-authorization was for; null: none yet, or a top-up. */
    sessionId: sessionIdSchema.nullable(),
    amountMinor: amountMinorSchema,
    currency: currencySchema,
    reason: paymentFailureSchema,
  },
  example: {
    number: 20, driverId: 'ana', requestId: null, paymentId: 'k7f2-121', purpose: 'top-up', sessionId: null,
    amountMinor: 2_000, currency: 'EUR', reason: 'declined',
  },
});
export type PaymentFailedNotice = z.infer<typeof paymentFailed.schema>;

import type { z } from 'zod';
import { paymentIdSchema, requestIdSchema, userIdSchema } from '../ids.ts';
import { currencySchema } from '../money.ts';
import { defineRecord } from './message.ts';
import { amountMinorSchema, atMsSchema, noticeNumberSchema, paymentPurposeSchema } from './values.ts';

export const paymentAction = defineRecord({
  type: 'payment-action',
  channel: 'notices',
  key: 'driver',
  delivery: 'stored and numbered per driver; the topic is the fast way',
  summary: 'A payment waits for the driver: her bank wants to hear from her (3-D Secure) before it pays. Where, the '
    + 'REST API tells her alone: the address holds a secret of the payment.',
  fields: {
    /** Counts up per driver, without gaps. */
    number: noticeNumberSchema,
    driverId: userIdSchema,
    requestId: requestIdSchema.nullable(),
    paymentId: paymentIdSchema,
    purpose: paymentPurposeSchema,
    amountMinor: amountMinorSchema,
    currency: currencySchema,
    /** Not confirmed by then, it is given up. */
    confirmByMs: atMsSchema,
  },
  example: {
    number: 19, driverId: 'ana', requestId: null, paymentId: 'k7f2-120', purpose: 'top-up', amountMinor: 2_000,
    currency: 'EUR', confirmByMs: 1_763_701_799_000,
  },
});
export type PaymentAction = z.infer<typeof paymentAction.schema>;

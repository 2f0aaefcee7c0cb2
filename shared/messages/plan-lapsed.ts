import { z } from 'zod';
import { planIdSchema, requestIdSchema, userIdSchema } from '../ids.ts';
import { currencySchema } from '../money.ts';
import { defineRecord } from './message.ts';
import { amountMinorSchema, noticeNumberSchema } from './values.ts';

/** `fee-unpaid`: her wallet had not got it. */
export const LAPSE_REASONS = ['fee-unpaid', 'plan-closed', 'other-currency'] as const;
export type LapseReason = (typeof LAPSE_REASONS)[number];

export const planLapsed = defineRecord({
  type: 'plan-lapsed',
  channel: 'notices',
  key: 'driver',
  delivery: 'stored and numbered per driver; the topic is the fast way',
  summary: 'A subscription was not renewed: the driver has no discount any more until she subscribes again.',
  fields: {
    /** Counts up per driver, without gaps. */
    number: noticeNumberSchema,
    driverId: userIdSchema,
    /** Always null: no request of a driver stands behind it. */
    requestId: requestIdSchema.nullable(),
    planId: planIdSchema,
    reason: z.enum(LAPSE_REASONS),
    /** Of a month; 0 where the plan is gone. */
    feeMinor: amountMinorSchema,
    currency: currencySchema,
  },
  example: {
    number: 22, driverId: 'ana', requestId: null, planId: 'gold', reason: 'fee-unpaid', feeMinor: 990, currency: 'EUR',
  },
});
export type PlanLapsed = z.infer<typeof planLapsed.schema>;

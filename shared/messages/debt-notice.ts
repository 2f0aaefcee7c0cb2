import { z } from 'zod';
import { groupIdSchema, requestIdSchema, userIdSchema } from '../ids.ts';
import { currencySchema } from '../money.ts';
import { defineRecord } from './message.ts';
import { amountMinorSchema, atMsSchema, noticeNumberSchema } from './values.ts';

export const debtNotice = defineRecord({
  type: 'debt',
  channel: 'notices',
  key: 'driver',
  delivery: 'stored and numbered per driver; the topic is the fast way',
  summary: 'A balance is below zero: a reminder, the final notice, or that it is settled. Of a group, those who run it '
    + 'are told.',
  fields: {
    /** Counts up per driver, without gaps. */
    number: noticeNumberSchema,
    driverId: userIdSchema,
    /** Always null: no request of a driver stands behind it. */
    requestId: requestIdSchema.nullable(),
    /** The group whose balance it is; null: the driver's own. */
    groupId: groupIdSchema.nullable(),
    state: z.enum(['reminder', 'final', 'settled']),
    /** Reminders so far, with this one. */
    step: z.int().positive(),
    /** Without what is being taken from a card; 0 when it is settled. */
    owedMinor: amountMinorSchema,
    currency: currencySchema,
    /** When the balance went below zero. */
    sinceMs: atMsSchema,
  },
  example: {
    number: 21, driverId: 'ana', requestId: null, groupId: null, state: 'reminder', step: 1, owedMinor: 420,
    currency: 'EUR', sinceMs: 1_763_700_000_000,
  },
});
export type DebtNotice = z.infer<typeof debtNotice.schema>;

import { z } from 'zod';
import { pointIdSchema, requestIdSchema, sessionIdSchema, userIdSchema } from '../ids.ts';
import { currencySchema } from '../money.ts';
import { defineRecord } from './message.ts';
import { refusalSchema } from './refusal.ts';
import {
  amountMinorSchema, endReasonSchema, energyWhSchema, noticeNumberSchema, sessionStateSchema,
} from './values.ts';

export const sessionOver = defineRecord({
  type: 'ended',
  channel: 'notices',
  key: 'driver',
  delivery: 'stored and numbered per driver; the topic is the fast way',
  summary: 'A session is over, or broke off: then it is provisional, and the true end follows.',
  fields: {
    /** Counts up per driver, without gaps. */
    number: noticeNumberSchema,
    driverId: userIdSchema,
    requestId: requestIdSchema.nullable(),
    sessionId: sessionIdSchema,
    pointId: pointIdSchema.nullable(),
    state: sessionStateSchema,
    reason: z.union([endReasonSchema, refusalSchema]).nullable(),
    provisional: z.boolean(),
    energyWh: energyWhSchema,
    /** Provisional or final cost. */
    amountMinor: amountMinorSchema,
    currency: currencySchema,
  },
  example: {
    number: 17, driverId: 'ana', requestId: 'r-ana-41',
    sessionId: 'k7f2-99', pointId: 'ALC-01', state: 'interrupted', reason: 'fault', provisional: true,
    energyWh: 4_120, amountMinor: 174, currency: 'EUR',
  },
});
export type SessionOver = z.infer<typeof sessionOver.schema>;

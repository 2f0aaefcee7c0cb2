import { z } from 'zod';
import { pointIdSchema, requestIdSchema, sessionIdSchema, userIdSchema } from '../ids.ts';
import { currencySchema } from '../money.ts';
import { defineRecord } from './message.ts';
import { amountMinorSchema, atMsSchema, connectorNoSchema, energyWhSchema, noticeNumberSchema } from './values.ts';

export const sessionResumed = defineRecord({
  type: 'resumed',
  channel: 'notices',
  key: 'driver',
  delivery: 'stored and numbered per driver; the topic is the fast way',
  summary: 'A session that broke off goes on after all: its provisional end is withdrawn, and another end will follow.',
  fields: {
    /** Counts up per driver, without gaps. */
    number: noticeNumberSchema,
    driverId: userIdSchema,
    requestId: requestIdSchema.nullable(),
    sessionId: sessionIdSchema,
    pointId: pointIdSchema,
    connectorNo: connectorNoSchema,
    state: z.enum(['charging', 'suspended']),
    /** When the reading was taken that showed it, in Central's time. */
    resumedAtMs: atMsSchema,
    /** Since the session began. */
    energyWh: energyWhSchema,
    /** Cost since the session began. */
    amountMinor: amountMinorSchema,
    currency: currencySchema,
  },
  example: {
    number: 18, driverId: 'ana', requestId: 'r-ana-41',
    sessionId: 'k7f2-99', pointId: 'ALC-01', connectorNo: 1, state: 'charging', resumedAtMs: 1_763_699_999_000,
    energyWh: 4_310, amountMinor: 182, currency: 'EUR',
  },
});
export type SessionResumed = z.infer<typeof sessionResumed.schema>;

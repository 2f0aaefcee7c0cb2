import type { z } from 'zod';
import { pointIdSchema, requestIdSchema, sessionIdSchema, userIdSchema } from '../ids.ts';
import { currencySchema } from '../money.ts';
import { defineRecord } from './message.ts';
import { amountMinorSchema, atMsSchema, connectorNoSchema, noticeNumberSchema } from './values.ts';

export const requestAccepted = defineRecord({
  type: 'accepted',
  channel: 'notices',
  key: 'driver',
  delivery: 'stored and numbered per driver; the topic is the fast way',
  summary: 'Central accepts the request, holds the money, and asks the point for its authorization.',
  fields: {
    /** Counts up per driver, without gaps. */
    number: noticeNumberSchema,
    driverId: userIdSchema,
    requestId: requestIdSchema.nullable(),
    sessionId: sessionIdSchema,
    pointId: pointIdSchema,
    connectorNo: connectorNoSchema,
    holdMinor: amountMinorSchema,
    currency: currencySchema,
    /** Somebody's reservation begins then, and the charge is ended before; null: nothing is in its way. */
    freeUntilMs: atMsSchema.nullable().default(null),
  },
  example: {
    number: 11, driverId: 'ana', requestId: 'r-ana-41',
    sessionId: 'k7f2-99', pointId: 'ALC-01', connectorNo: 1,
    holdMinor: 2_000, currency: 'EUR', freeUntilMs: null,
  },
});
export type RequestAccepted = z.infer<typeof requestAccepted.schema>;

import type { z } from 'zod';
import { pointIdSchema, requestIdSchema, sessionIdSchema, userIdSchema } from '../ids.ts';
import { defineRecord } from './message.ts';
import { atMsSchema, connectorNoSchema, noticeNumberSchema } from './values.ts';

export const authorized = defineRecord({
  type: 'authorized',
  channel: 'notices',
  key: 'driver',
  delivery: 'stored and numbered per driver; the topic is the fast way',
  summary: 'The point authorized the charge: plug in before the time is over.',
  fields: {
    /** Counts up per driver, without gaps. */
    number: noticeNumberSchema,
    driverId: userIdSchema,
    requestId: requestIdSchema.nullable(),
    sessionId: sessionIdSchema,
    pointId: pointIdSchema,
    connectorNo: connectorNoSchema,
    plugByMs: atMsSchema,
  },
  example: {
    number: 12, driverId: 'ana', requestId: 'r-ana-41',
    sessionId: 'k7f2-99', pointId: 'ALC-01', connectorNo: 1, plugByMs: 1_763_700_120_000,
  },
});
export type Authorized = z.infer<typeof authorized.schema>;

import type { z } from 'zod';
import { pointIdSchema, requestIdSchema, sessionIdSchema, userIdSchema } from '../ids.ts';
import { defineRecord } from './message.ts';
import { atMsSchema, connectorNoSchema, noticeNumberSchema } from './values.ts';

export const offered = defineRecord({
  type: 'offered',
  channel: 'notices',
  key: 'driver',
  delivery: 'stored and numbered per driver; the topic is the fast way',
  summary: 'A connector is free for the first in line: it is kept for her until `plugByMs`.',
  fields: {
    /** Counts up per driver, without gaps. */
    number: noticeNumberSchema,
    driverId: userIdSchema,
    requestId: requestIdSchema.nullable(),
    sessionId: sessionIdSchema,
    pointId: pointIdSchema,
    connectorNo: connectorNoSchema,
    plugByMs: atMsSchema,
    /** Somebody's reservation begins then, and the charge is ended before; null: nothing is in its way. */
    freeUntilMs: atMsSchema.nullable().default(null),
  },
  example: {
    number: 14, driverId: 'ana', requestId: 'r-ana-41',
    sessionId: 'k7f2-99', pointId: 'ALC-01', connectorNo: 1, plugByMs: 1_763_700_120_000,
    freeUntilMs: 1_763_712_000_000,
  },
});
export type Offered = z.infer<typeof offered.schema>;

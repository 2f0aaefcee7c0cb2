import type { z } from 'zod';
import { pointIdSchema, requestIdSchema, sessionIdSchema, userIdSchema } from '../ids.ts';
import { defineRecord } from './message.ts';
import { atMsSchema, connectorNoSchema, energyWhSchema, noticeNumberSchema } from './values.ts';

export const sessionBegun = defineRecord({
  type: 'started',
  channel: 'notices',
  key: 'driver',
  delivery: 'stored and numbered per driver; the topic is the fast way',
  summary: 'Energy flows.',
  fields: {
    /** Counts up per driver, without gaps. */
    number: noticeNumberSchema,
    driverId: userIdSchema,
    requestId: requestIdSchema.nullable(),
    sessionId: sessionIdSchema,
    pointId: pointIdSchema,
    connectorNo: connectorNoSchema,
    startedAtMs: atMsSchema,
    meterStartWh: energyWhSchema,
  },
  example: {
    number: 16, driverId: 'ana', requestId: 'r-ana-41',
    sessionId: 'k7f2-99', pointId: 'ALC-01', connectorNo: 1, startedAtMs: 1_763_696_000_000,
    meterStartWh: 1_204_311,
  },
});
export type SessionBegun = z.infer<typeof sessionBegun.schema>;

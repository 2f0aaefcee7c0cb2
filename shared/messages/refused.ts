import { z } from 'zod';
import { requestIdSchema, sessionIdSchema, userIdSchema } from '../ids.ts';
import { defineRecord } from './message.ts';
import { refusalSchema } from './refusal.ts';
import { noticeNumberSchema } from './values.ts';

export const refused = defineRecord({
  type: 'refused',
  channel: 'notices',
  key: 'driver',
  delivery: 'stored and numbered per driver; the topic is the fast way',
  summary: 'A request was refused, with its reason.',
  fields: {
    /** Counts up per driver, without gaps. */
    number: noticeNumberSchema,
    driverId: userIdSchema,
    requestId: requestIdSchema.nullable(),
    sessionId: sessionIdSchema.nullable(),
    reason: refusalSchema,
    /** What the words need: the point, the limit that was reached, how much is missing. */
    facts: z.record(z.string(), z.union([z.string(), z.number()])),
  },
  example: {
    number: 15, driverId: 'ana', requestId: 'r-ana-41',
    sessionId: null, reason: 'point-faulted', facts: { pointId: 'ALC-01', fault: 'over-temperature' },
  },
});
export type Refused = z.infer<typeof refused.schema>;

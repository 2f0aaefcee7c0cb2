import { z } from 'zod';
import { requestIdSchema, sessionIdSchema, siteIdSchema, userIdSchema } from '../ids.ts';
import { defineRecord } from './message.ts';
import { durationMsSchema, noticeNumberSchema } from './values.ts';

export const queued = defineRecord({
  type: 'queued',
  channel: 'notices',
  key: 'driver',
  delivery: 'stored and numbered per driver; the topic is the fast way',
  summary: 'The driver waits at a site: her place and the estimated wait. Sent again when the place changes.',
  fields: {
    /** Counts up per driver, without gaps. */
    number: noticeNumberSchema,
    driverId: userIdSchema,
    requestId: requestIdSchema.nullable(),
    sessionId: sessionIdSchema,
    siteId: siteIdSchema,
    place: z.int().positive(),
    /** Null when nobody can tell (a charge without a goal and without a known battery). */
    estimatedWaitMs: durationMsSchema.nullable(),
  },
  example: {
    number: 13, driverId: 'ana', requestId: 'r-ana-41',
    sessionId: 'k7f2-99', siteId: 'ALC', place: 2, estimatedWaitMs: 540_000,
  },
});
export type Queued = z.infer<typeof queued.schema>;

import { z } from 'zod';
import { pointIdSchema, sessionIdSchema, siteIdSchema, userIdSchema } from '../ids.ts';
import { defineRecord } from './message.ts';
import { eventKindSchema } from './values.ts';

export const networkEvent = defineRecord({
  type: 'event',
  channel: 'events',
  key: 'site',
  delivery: 'outbox',
  summary: 'Something that happened in the network, for services: one entry of the domain event log.',
  fields: {
    kind: eventKindSchema,
    siteId: siteIdSchema,
    pointId: pointIdSchema.nullable(),
    sessionId: sessionIdSchema.nullable(),
    driverId: userIdSchema.nullable(),
    data: z.record(z.string(), z.unknown()),
  },
  example: {
    kind: 'session-state', siteId: 'ALC', pointId: 'ALC-01', sessionId: 'k7f2-99', driverId: 'ana',
    data: { from: 'authorized', to: 'charging' },
  },
});
export type NetworkEvent = z.infer<typeof networkEvent.schema>;

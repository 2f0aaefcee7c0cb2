import { z } from 'zod';
import { pointIdSchema, sessionIdSchema } from '../ids.ts';
import { defineRecord } from './message.ts';
import { bootIdSchema, durationMsSchema, seqSchema } from './values.ts';

export const sessionsHeld = defineRecord({
  type: 'sessions-held',
  channel: 'facts',
  key: 'site',
  delivery: 'journaled by the engine, numbered densely by (bootId, seq), kept until Central accepts',
  summary: "What the engine holds open when it gets Central's welcome; Central stops what it holds as ended.",
  fields: {
    pointId: pointIdSchema,
    bootId: bootIdSchema,
    seq: seqSchema,
    /** The point's uptime when it happened, for bills when its clock jumps. */
    uptimeMs: durationMsSchema,
    /** Charges that run and authorizations that were not used: at most one of each for each of 16 connectors. */
    sessionIds: z.array(sessionIdSchema).max(32),
  },
  example: {
    pointId: 'ALC-01', bootId: 1_763_690_000, seq: 9, uptimeMs: 9_000_000, sessionIds: ['k7f2-99'],
  },
});
export type SessionsHeld = z.infer<typeof sessionsHeld.schema>;

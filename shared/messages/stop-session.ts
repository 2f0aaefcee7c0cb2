import type { z } from 'zod';
import { sessionIdSchema } from '../ids.ts';
import { defineRecord } from './message.ts';
import { commandNumberSchema, endReasonSchema } from './values.ts';

export const stopSession = defineRecord({
  type: 'stop',
  channel: 'commands',
  key: 'site',
  delivery: 'outbox, numbered per point; never expires',
  summary: 'Central ends a session at the point, or takes back an authorization that was not used.',
  fields: {
    number: commandNumberSchema,
    sessionId: sessionIdSchema,
    reason: endReasonSchema,
  },
  example: {
    number: 8, sessionId: 'k7f2-99', reason: 'driver',
  },
});
export type StopSession = z.infer<typeof stopSession.schema>;

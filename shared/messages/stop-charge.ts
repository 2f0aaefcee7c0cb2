import type { z } from 'zod';
import { requestIdSchema, sessionIdSchema, userIdSchema } from '../ids.ts';
import { defineRecord } from './message.ts';

export const stopCharge = defineRecord({
  type: 'stop',
  channel: 'requests',
  key: 'site',
  delivery: 'deduplicated by request id; never expires',
  summary: 'A driver ends a running charge of hers.',
  fields: {
    requestId: requestIdSchema,
    driverId: userIdSchema,
    sessionId: sessionIdSchema,
  },
  example: {
    requestId: 'r-ana-42', driverId: 'ana', sessionId: 'k7f2-99',
  },
});
export type StopCharge = z.infer<typeof stopCharge.schema>;

import type { z } from 'zod';
import { requestIdSchema, userIdSchema } from '../ids.ts';
import { defineRecord } from './message.ts';

export const cancelRequest = defineRecord({
  type: 'cancel',
  channel: 'requests',
  key: 'site',
  delivery: 'deduplicated by request id; never expires',
  summary:
    'A driver takes back a request: leaves the queue, gives up an offer, or makes a lost request do nothing.',
  fields: {
    requestId: requestIdSchema,
    driverId: userIdSchema,
    /** The charge request that is taken back. If it was never seen, it is refused when it still comes. */
    cancels: requestIdSchema,
  },
  example: {
    requestId: 'r-ana-43', driverId: 'ana', cancels: 'r-ana-41',
  },
});
export type CancelRequest = z.infer<typeof cancelRequest.schema>;

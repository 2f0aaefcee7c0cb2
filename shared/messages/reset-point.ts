import { z } from 'zod';
import { defineRecord } from './message.ts';
import { atMsSchema, commandNumberSchema } from './values.ts';

export const resetPoint = defineRecord({
  type: 'reset',
  channel: 'commands',
  key: 'site',
  delivery: 'outbox, numbered per point; expires',
  summary: 'Central restarts the point: soft ends charges first, hard does not wait for them.',
  fields: {
    number: commandNumberSchema,
    kind: z.enum(['soft', 'hard']),
    expiresAtMs: atMsSchema,
  },
  example: {
    number: 11, kind: 'soft', expiresAtMs: 1_763_700_030_000,
  },
});
export type ResetPoint = z.infer<typeof resetPoint.schema>;

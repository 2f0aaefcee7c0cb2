import type { z } from 'zod';
import { defineRecord } from './message.ts';
import { atMsSchema, commandNumberSchema, connectorNoSchema } from './values.ts';

export const unlockConnector = defineRecord({
  type: 'unlock',
  channel: 'commands',
  key: 'site',
  delivery: 'outbox, numbered per point; expires',
  summary: 'Central unlocks the cable of a connector; a charge on it ends first.',
  fields: {
    number: commandNumberSchema,
    connectorNo: connectorNoSchema,
    expiresAtMs: atMsSchema,
  },
  example: {
    number: 12, connectorNo: 1, expiresAtMs: 1_763_700_030_000,
  },
});
export type UnlockConnector = z.infer<typeof unlockConnector.schema>;

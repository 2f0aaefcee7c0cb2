import type { z } from 'zod';
import { defineRecord } from './message.ts';
import { atMsSchema, commandNumberSchema, connectorNoSchema, powerWSchema } from './values.ts';

export const setPowerLimit = defineRecord({
  type: 'set-power-limit',
  channel: 'commands',
  key: 'site',
  delivery: 'outbox, numbered per point; expires',
  summary: 'Central limits what a connector (or all, when null) may give; null lifts the limit.',
  fields: {
    number: commandNumberSchema,
    connectorNo: connectorNoSchema.nullable(),
    limitW: powerWSchema.nullable(),
    expiresAtMs: atMsSchema,
  },
  example: {
    number: 10, connectorNo: 1, limitW: 11_000, expiresAtMs: 1_763_700_030_000,
  },
});
export type SetPowerLimit = z.infer<typeof setPowerLimit.schema>;

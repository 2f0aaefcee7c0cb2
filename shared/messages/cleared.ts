import type { z } from 'zod';
import { pointIdSchema } from '../ids.ts';
import { defineRecord } from './message.ts';
import { bootIdSchema, connectorNoSchema, durationMsSchema, faultCodeSchema, seqSchema } from './values.ts';

export const cleared = defineRecord({
  type: 'cleared',
  channel: 'facts',
  key: 'site',
  delivery: 'journaled by the engine, numbered densely by (bootId, seq), kept until Central accepts',
  summary: 'A fault is gone.',
  fields: {
    pointId: pointIdSchema,
    bootId: bootIdSchema,
    seq: seqSchema,
    /** The point's uptime when it happened, for bills when its clock jumps. */
    uptimeMs: durationMsSchema,
    connectorNo: connectorNoSchema.nullable(),
    code: faultCodeSchema,
  },
  example: {
    pointId: 'ALC-01', bootId: 1_763_690_000, seq: 8, uptimeMs: 9_000_000,
    connectorNo: 1, code: 'over-temperature',
  },
});
export type Cleared = z.infer<typeof cleared.schema>;

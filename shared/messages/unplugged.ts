import type { z } from 'zod';
import { pointIdSchema } from '../ids.ts';
import { defineRecord } from './message.ts';
import { bootIdSchema, connectorNoSchema, durationMsSchema, seqSchema } from './values.ts';

export const unplugged = defineRecord({
  type: 'unplugged',
  channel: 'facts',
  key: 'site',
  delivery: 'journaled by the engine, numbered densely by (bootId, seq), kept until Central accepts',
  summary: 'The vehicle was unplugged; a charge that was running has ended before (its own fact).',
  fields: {
    pointId: pointIdSchema,
    bootId: bootIdSchema,
    seq: seqSchema,
    /** The point's uptime when it happened, for bills when its clock jumps. */
    uptimeMs: durationMsSchema,
    connectorNo: connectorNoSchema,
  },
  example: {
    pointId: 'ALC-01', bootId: 1_763_690_000, seq: 6, uptimeMs: 9_000_000,
    connectorNo: 1,
  },
});
export type Unplugged = z.infer<typeof unplugged.schema>;

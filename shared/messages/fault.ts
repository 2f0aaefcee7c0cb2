import type { z } from 'zod';
import { pointIdSchema } from '../ids.ts';
import { defineRecord } from './message.ts';
import { bootIdSchema, connectorNoSchema, durationMsSchema, faultCodeSchema, noteSchema, seqSchema } from './values.ts';

export const fault = defineRecord({
  type: 'fault',
  channel: 'facts',
  key: 'site',
  delivery: 'journaled by the engine, numbered densely by (bootId, seq), kept until Central accepts',
  summary: 'Something broke; charges on the connector (or on all, when null) have ended.',
  fields: {
    pointId: pointIdSchema,
    bootId: bootIdSchema,
    seq: seqSchema,
    /** The point's uptime when it happened, for bills when its clock jumps. */
    uptimeMs: durationMsSchema,
    connectorNo: connectorNoSchema.nullable(),
    code: faultCodeSchema,
    detail: noteSchema,
  },
  example: {
    pointId: 'ALC-01', bootId: 1_763_690_000, seq: 7, uptimeMs: 9_000_000,
    connectorNo: 1, code: 'over-temperature', detail: 'cable 92 °C',
  },
});
export type Fault = z.infer<typeof fault.schema>;

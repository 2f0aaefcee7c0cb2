import { z } from 'zod';
import { factPositionSchema } from '../fact-position.ts';
import { pointIdSchema } from '../ids.ts';
import { defineRecord } from './message.ts';
import { bootIdSchema, connectorNoSchema, durationMsSchema, seqSchema } from './values.ts';

export const booted = defineRecord({
  type: 'booted',
  channel: 'facts',
  key: 'site',
  delivery: 'journaled by the engine, numbered densely by (bootId, seq), kept until Central accepts',
  summary: 'The engine started: always the first fact of a boot. It names where the boot before it ended.',
  fields: {
    pointId: pointIdSchema,
    bootId: bootIdSchema,
    seq: seqSchema,
    /** The point's uptime when it happened, for bills when its clock jumps. */
    uptimeMs: durationMsSchema,
    /** The last fact of the boot before (its seq 0: none); null on a new journal. */
    previous: factPositionSchema.nullable(),
    connectors: z.array(z.object({ connectorNo: connectorNoSchema, plugged: z.boolean() })),
  },
  example: {
    pointId: 'ALC-01', bootId: 1_763_690_000, seq: 1, uptimeMs: 9_000_000,
    previous: { bootId: 1_763_600_000, seq: 31 },
    connectors: [{ connectorNo: 1, plugged: false }],
  },
});
export type Booted = z.infer<typeof booted.schema>;

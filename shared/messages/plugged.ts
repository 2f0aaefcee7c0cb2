import { z } from 'zod';
import { pointIdSchema } from '../ids.ts';
import { defineRecord } from './message.ts';
import { bootIdSchema, connectorNoSchema, durationMsSchema, energyWhSchema, powerWSchema, seqSchema,
  socPercentSchema } from './values.ts';

export const plugged = defineRecord({
  type: 'plugged',
  channel: 'facts',
  key: 'site',
  delivery: 'journaled by the engine, numbered densely by (bootId, seq), kept until Central accepts',
  summary: 'A vehicle was plugged in.',
  fields: {
    pointId: pointIdSchema,
    bootId: bootIdSchema,
    seq: seqSchema,
    /** The point's uptime when it happened, for bills when its clock jumps. */
    uptimeMs: durationMsSchema,
    connectorNo: connectorNoSchema,
    /** What the vehicle tells of itself (ISO 15118 style), null when it tells nothing. */
    vehicle: z.object({ batteryWh: energyWhSchema, socPercent: socPercentSchema, maxPowerW: powerWSchema }).nullable(),
  },
  example: {
    pointId: 'ALC-01', bootId: 1_763_690_000, seq: 2, uptimeMs: 9_000_000,
    connectorNo: 1, vehicle: { batteryWh: 60_000, socPercent: 40, maxPowerW: 11_000 },
  },
});
export type Plugged = z.infer<typeof plugged.schema>;

import { z } from 'zod';
import { pointIdSchema, sessionIdSchema } from '../ids.ts';
import { defineRecord } from './message.ts';
import { bootIdSchema, connectorNoSchema, durationMsSchema, energyWhSchema, powerWSchema, seqSchema,
  socPercentSchema } from './values.ts';

export const meterSample = defineRecord({
  type: 'meter',
  channel: 'meter',
  key: 'site',
  delivery: 'newest wins; neither journaled nor acknowledged',
  summary: "One reading a second of a running charge. `atMs` is the point's own time.",
  fields: {
    pointId: pointIdSchema,
    sessionId: sessionIdSchema,
    connectorNo: connectorNoSchema,
    bootId: bootIdSchema,
    /** Counts up within a session, over restarts of the engine too. */
    sample: seqSchema,
    registerWh: energyWhSchema,
    powerW: powerWSchema,
    socPercent: socPercentSchema.nullable(),
    uptimeMs: durationMsSchema,
    state: z.enum(['charging', 'suspended-ev', 'suspended-evse']),
  },
  example: {
    pointId: 'ALC-01', sessionId: 'k7f2-99', connectorNo: 1, bootId: 1_763_690_000, sample: 61,
    registerWh: 1_204_500, powerW: 11_000, socPercent: 41, uptimeMs: 9_060_000, state: 'charging',
  },
});
export type MeterSample = z.infer<typeof meterSample.schema>;

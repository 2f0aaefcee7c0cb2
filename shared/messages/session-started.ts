import type { z } from 'zod';
import { pointIdSchema, sessionIdSchema } from '../ids.ts';
import { defineRecord } from './message.ts';
import {
  bootIdSchema, connectorNoSchema, durationMsSchema, energyWhSchema, seqSchema, socPercentSchema,
} from './values.ts';

export const sessionStarted = defineRecord({
  type: 'session-started',
  channel: 'facts',
  key: 'site',
  delivery: 'journaled by the engine, numbered densely by (bootId, seq), kept until Central accepts',
  summary: "The contactor closed: energy flows from this meter reading on. `atMs` is the point's own time.",
  fields: {
    pointId: pointIdSchema,
    bootId: bootIdSchema,
    seq: seqSchema,
    /** The point's uptime when it happened, for bills when its clock jumps. */
    uptimeMs: durationMsSchema,
    sessionId: sessionIdSchema,
    connectorNo: connectorNoSchema,
    meterStartWh: energyWhSchema,
    socPercent: socPercentSchema.nullable(),
  },
  example: {
    pointId: 'ALC-01', bootId: 1_763_690_000, seq: 3, uptimeMs: 9_000_000,
    sessionId: 'k7f2-99', connectorNo: 1, meterStartWh: 1_204_311, socPercent: 40,
  },
});
export type SessionStarted = z.infer<typeof sessionStarted.schema>;

import type { z } from 'zod';
import { pointIdSchema, sessionIdSchema } from '../ids.ts';
import { defineRecord } from './message.ts';
import { atMsSchema, bootIdSchema, connectorNoSchema, durationMsSchema, endReasonSchema, energyWhSchema, seqSchema,
  socPercentSchema } from './values.ts';

export const sessionEnded = defineRecord({
  type: 'session-ended',
  channel: 'facts',
  key: 'site',
  delivery: 'journaled by the engine, numbered densely by (bootId, seq), kept until Central accepts',
  summary: 'The true end of a session: both meter readings, both times, and why. It may come long after the end.',
  fields: {
    pointId: pointIdSchema,
    bootId: bootIdSchema,
    seq: seqSchema,
    /** The point's uptime when it happened, for bills when its clock jumps. */
    uptimeMs: durationMsSchema,
    sessionId: sessionIdSchema,
    connectorNo: connectorNoSchema,
    meterStartWh: energyWhSchema,
    meterStopWh: energyWhSchema,
    startedAtMs: atMsSchema,
    /** When the energy stopped, by the point's clock; earlier than `atMs` when the report is late. */
    endedAtMs: atMsSchema,
    /** Uptimes at start and end; equal boots only: null when the point restarted in between. */
    chargedUptimeMs: durationMsSchema.nullable(),
    reason: endReasonSchema,
    socPercent: socPercentSchema.nullable(),
  },
  example: {
    pointId: 'ALC-01', bootId: 1_763_690_000, seq: 5, uptimeMs: 9_000_000,
    sessionId: 'k7f2-99', connectorNo: 1, meterStartWh: 1_204_311, meterStopWh: 1_214_311,
    startedAtMs: 1_763_696_000_000, endedAtMs: 1_763_699_999_000, chargedUptimeMs: 3_999_000,
    reason: 'energy-reached', socPercent: 57,
  },
});
export type SessionEnded = z.infer<typeof sessionEnded.schema>;

import { z } from 'zod';
import { pointIdSchema } from '../ids.ts';
import { defineRecord } from './message.ts';
import { commandRefusalSchema } from './refusal.ts';
import { bootIdSchema, commandNumberSchema, durationMsSchema, seqSchema } from './values.ts';

export const commandResult = defineRecord({
  type: 'command-result',
  channel: 'facts',
  key: 'site',
  delivery: 'journaled by the engine, numbered densely by (bootId, seq), kept until Central accepts',
  summary: 'What became of a command.',
  fields: {
    pointId: pointIdSchema,
    bootId: bootIdSchema,
    seq: seqSchema,
    /** The point's uptime when it happened, for bills when its clock jumps. */
    uptimeMs: durationMsSchema,
    number: commandNumberSchema,
    outcome: z.enum(['done', 'refused']),
    reason: commandRefusalSchema.nullable(),
  },
  example: {
    pointId: 'ALC-01', bootId: 1_763_690_000, seq: 4, uptimeMs: 9_000_000,
    number: 7, outcome: 'done', reason: null,
  },
});
export type CommandResult = z.infer<typeof commandResult.schema>;

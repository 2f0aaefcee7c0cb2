import type { z } from 'zod';
import { sessionIdSchema, userIdSchema } from '../ids.ts';
import { defineRecord } from './message.ts';
import { atMsSchema, commandNumberSchema, connectorNoSchema, goalSchema, powerWSchema } from './values.ts';

export const authorize = defineRecord({
  type: 'authorize',
  channel: 'commands',
  key: 'site',
  delivery: 'outbox, numbered per point; expires',
  summary: 'Central lets one driver charge at one connector; the point answers with a command result.',
  fields: {
    number: commandNumberSchema,
    sessionId: sessionIdSchema,
    driverId: userIdSchema,
    connectorNo: connectorNoSchema,
    /** The vehicle must be plugged in by then (Central's time); later the point starts nothing. */
    plugByMs: atMsSchema,
    goal: goalSchema,
    /** The most that the connector may give, or null for what it can. */
    maxPowerW: powerWSchema.nullable(),
  },
  example: {
    number: 7, sessionId: 'k7f2-99', driverId: 'ana', connectorNo: 1, plugByMs: 1_763_700_120_000,
    goal: { energyWh: 10_000, amountMinor: null, socPercent: null }, maxPowerW: null,
  },
});
export type Authorize = z.infer<typeof authorize.schema>;

import type { z } from 'zod';
import { pointIdSchema, sessionIdSchema, userIdSchema } from '../ids.ts';
import { currencySchema } from '../money.ts';
import { defineRecord } from './message.ts';
import { amountMinorSchema, connectorNoSchema, durationMsSchema, energyWhSchema, powerWSchema, sessionStateSchema,
  socPercentSchema } from './values.ts';

export const progress = defineRecord({
  type: 'progress',
  channel: 'progress',
  key: 'driver',
  delivery: 'not stored; at most one a second a session, for drivers on line; clients drop what is over 3 s old',
  summary: 'Live figures of a running charge.',
  fields: {
    driverId: userIdSchema,
    sessionId: sessionIdSchema,
    pointId: pointIdSchema,
    connectorNo: connectorNoSchema,
    state: sessionStateSchema,
    energyWh: energyWhSchema,
    powerW: powerWSchema,
    socPercent: socPercentSchema.nullable(),
    costMinor: amountMinorSchema,
    currency: currencySchema,
    /** Until the goal or a full battery at the present power; null when nobody can tell. */
    remainingMs: durationMsSchema.nullable(),
  },
  example: {
    driverId: 'ana', sessionId: 'k7f2-99', pointId: 'ALC-01', connectorNo: 1, state: 'charging', energyWh: 189,
    powerW: 11_000, socPercent: 41, costMinor: 8, currency: 'EUR', remainingMs: 3_210_000,
  },
});
export type Progress = z.infer<typeof progress.schema>;

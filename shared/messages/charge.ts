import { z } from 'zod';
import { requestIdSchema, userIdSchema } from '../ids.ts';
import { defineRecord } from './message.ts';
import { atMsSchema, fitSchema, goalSchema, targetSchema } from './values.ts';

export const charge = defineRecord({
  type: 'charge',
  channel: 'requests',
  key: 'site',
  delivery: 'deduplicated by request id; expires',
  summary: 'A driver asks for a charge at a point, at a site, or at any point near a position that fits.',
  fields: {
    requestId: requestIdSchema,
    driverId: userIdSchema,
    target: targetSchema,
    fit: fitSchema,
    goal: goalSchema,
    /** True: join the waiting queue when nothing is free. False: refuse then. */
    mayQueue: z.boolean(),
    /** In Central's time; whoever reads it later answers `expired` and does nothing. */
    expiresAtMs: atMsSchema,
  },
  example: {
    requestId: 'r-ana-41', driverId: 'ana',
    target: { kind: 'point', pointId: 'ALC-01', connectorNo: null },
    fit: { connectorType: null, minPowerW: null },
    goal: { energyWh: 10_000, amountMinor: null, socPercent: null },
    mayQueue: true, expiresAtMs: 1_763_700_030_000,
  },
});
export type Charge = z.infer<typeof charge.schema>;

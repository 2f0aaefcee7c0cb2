// A driver's request at the point itself, and its answer: engine → monitor → Central and back, never over Kafka.
import { z } from 'zod';
import { correlationIdSchema, requestIdSchema, userIdSchema } from '../ids.ts';
import { refusalSchema } from './refusal.ts';
import { connectorNoSchema, goalSchema } from './values.ts';

export const requestAtPointFields = {
  requestId: requestIdSchema,
  driverId: userIdSchema,
  pin: z.string().min(4).max(12),
  connectorNo: connectorNoSchema,
  goal: goalSchema,
  corr: correlationIdSchema,
};

export const requestAtPointExample = {
  requestId: 'l-ALC-01-3', driverId: 'ana', pin: '4711', connectorNo: 1, corr: 'c-l3',
  goal: { energyWh: null, amountMinor: null, socPercent: null },
};

export const answerAtPointFields = {
  requestId: requestIdSchema,
  outcome: z.enum(['accepted', 'queued', 'refused']),
  reason: refusalSchema.nullable(),
  text: z.string(),
};

export const answerAtPointExample = {
  requestId: 'l-ALC-01-3', outcome: 'refused', reason: 'wrong-pin', text: 'The id or the PIN is wrong.',
};

// The columns of what figures are counted from.
import type { StoredAttempt } from '../core/figures/attempt-row.ts';
import { defineCodec, flag, nullable, text, whole } from './columns.ts';

export const attemptRows = defineCodec<StoredAttempt>({
  table: 'attempts', key: ['driverId', 'requestId'],
  fields: {
    driverId: text(), requestId: text(), sessionId: nullable(text()), siteId: nullable(text()),
    pointId: nullable(text()), payer: nullable(text()), timeZone: text(), requestedAtMs: whole(),
    queuedAtMs: nullable(whole()), leftQueueAtMs: nullable(whole()), decidedAtMs: nullable(whole()),
    outcome: nullable(text()), cause: nullable(text()), isFirst: flag(),
  },
});

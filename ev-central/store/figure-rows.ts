// The columns of what figures are counted from.
import type { StoredAttempt } from '../core/figures/attempt-row.ts';
import type { Condition, ConnectorSpan } from '../core/figures/condition-row.ts';
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

/** How a connector is now, and since when it is watched. */
export type WatchedConnector = Omit<ConnectorSpan, 'fromMs' | 'untilMs'> & {
  readonly sinceMs: number; readonly conditionSinceMs: number;
};
export const watchedRows = defineCodec<WatchedConnector>({
  table: 'watched_connectors', key: ['connector'],
  fields: {
    connector: text(), pointId: text(), connectorNo: whole(), siteId: text(), timeZone: text(), sinceMs: whole(),
    condition: text<Condition>(), conditionSinceMs: whole(), userId: nullable(text()), groupId: nullable(text()),
  },
});

export const spanRows = defineCodec<ConnectorSpan>({
  table: 'connector_spans', key: [],
  fields: {
    connector: text(), pointId: text(), connectorNo: whole(), siteId: text(), timeZone: text(),
    condition: text<Condition>(), userId: nullable(text()), groupId: nullable(text()), fromMs: whole(),
    untilMs: whole(),
  },
});

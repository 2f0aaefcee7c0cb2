// Reads of what is over: a driver's notices, a session with its meter values and tickets.
import type { MeterValueRow, SeriesVersion, Session, TariffKey, TariffVersion } from '../core/rows.ts';
import type { SeriesKey } from '../core/tariff/hourly.ts';
import type { SessionId, UserId } from '../../shared/ids.ts';
import type { Notice } from '../../shared/messages/catalogue.ts';
import type { Ticket } from '../../shared/messages/values.ts';
import { meterValueRows } from './appends.ts';
import type { Codecs } from './codecs.ts';
import type { RowCodec, SqlRecord } from './columns.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';
import { ticketRows } from './ticket-rows.ts';

export function prepareHistory(db: Sqlite, codecs: Codecs) {
  const notices = db.prepare('SELECT message FROM notices WHERE user_id = ? AND number > ? ORDER BY number LIMIT ?')
    .pluck();
  const session = db.prepare(`${selectFrom(codecs.sessions)} WHERE session_id = ?`);
  const meterValues = db.prepare(`${selectFrom(meterValueRows)} WHERE session_id = ? ORDER BY sample`);
  const tickets = db.prepare(`${selectFrom(ticketRows)} WHERE session_id = ? ORDER BY row_id`);
  const series = db.prepare(`${selectFrom(codecs.priceSeriesVersions)} WHERE series_id = ? AND version = ?`);
  const version = db.prepare(`${selectFrom(codecs.tariffVersions)} WHERE tariff_id = ? AND version = ?`);
  return {
    noticesAfter(userId: UserId, after: number, limit: number): { notices: Notice[]; more: boolean } {
      const texts = notices.all(userId, after, limit + 1) as string[];
      const page = texts.slice(0, limit).map((text) => JSON.parse(text) as Notice);
      return { notices: page, more: texts.length > limit };
    },
    session(sessionId: SessionId): Session | undefined {
      const record = session.get(sessionId);
      return record === undefined ? undefined : codecs.sessions.decode(record as SqlRecord);
    },
    meterValues: (sessionId: SessionId): MeterValueRow[] =>
      (meterValues.all(sessionId) as SqlRecord[]).map(meterValueRows.decode),
    tariffVersion(key: TariffKey): TariffVersion | undefined {
      const record = version.get(...codecs.tariffVersions.keyValues(key));
      return record === undefined ? undefined : codecs.tariffVersions.decode(record as SqlRecord);
    },
    seriesVersion(key: SeriesKey): SeriesVersion | undefined {
      const record = series.get(...codecs.priceSeriesVersions.keyValues(key));
      return record === undefined ? undefined : codecs.priceSeriesVersions.decode(record as SqlRecord);
    },
    ticketsOf: (sessionId: SessionId): Ticket[] => (tickets.all(sessionId) as SqlRecord[]).map(ticketRows.decode),
  };
}

function selectFrom(codec: Pick<RowCodec<never>, 'table' | 'columns'>): string {
  return `SELECT ${codec.columns.join(', ')} FROM ${codec.table}`;
}

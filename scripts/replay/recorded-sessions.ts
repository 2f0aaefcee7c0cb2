// Reads recorded charging sessions from a CSV file. Pure. Whole Wh come from the digits as they stand, never through a
// floating-point number; the year 0014 reads as 2014, times are UTC. A bad row is named and left out.
import { readCsv, type CsvRecord } from '../../ev-central/cli/csv-rows.ts';
import { Failure } from '../../shared/failure.ts';
import { ID_RULE, isId } from '../../shared/ids.ts';

export type RecordedSession = {
  /** Of the file; the header is line 1. */
  readonly line: number;
  readonly sessionId: string; readonly driverId: string; readonly stationId: string; readonly siteId: string;
  readonly startAtMs: number; readonly endAtMs: number;
  readonly energyWh: number;
};
export type BadRow = { readonly line: number; readonly reason: string };

/** The columns that are used; a file may have others. */
export const COLUMNS = ['sessionId', 'kwhTotal', 'created', 'ended', 'userId', 'stationId', 'locationId'] as const;

/** Ids get a word before them, so this many characters are left to the file. */
const ID_MAX = 56;
/** A thousand times what any car holds: more is no energy of a session. */
const ENERGY_MAX_WH = 100_000_000;

/**
 * Reads the text of a file.
 * @throws Failure `bad-configuration` when a column is missing
 */
export function readRecordedSessions(text: string, file: string): { sessions: RecordedSession[]; bad: BadRow[] } {
  const { header, records, bad } = readCsv(text);
  const missing = COLUMNS.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    throw new Failure('bad-configuration', `${file} is no list of charging sessions: its first line lacks `
      + `${missing.length === 1 ? 'the column' : 'the columns'} ${missing.join(', ')}`);
  }
  const sessions: RecordedSession[] = [];
  const badRows: BadRow[] = [...bad];
  const lineOfSession = new Map<string, number>();
  const siteOfStation = new Map<string, RecordedSession>();
  for (const record of records) {
    const session = sessionOf(record);
    const reason = typeof session === 'string' ? session : contradiction(session, lineOfSession, siteOfStation);
    if (typeof session === 'string' || reason !== null) {
      badRows.push({ line: record.line, reason: reason ?? '' });
      continue;
    }
    lineOfSession.set(session.sessionId, session.line);
    if (!siteOfStation.has(session.stationId)) siteOfStation.set(session.stationId, session);
    sessions.push(session);
  }
  return { sessions, bad: badRows.sort((a, b) => a.line - b.line) };
}

/** `7.78` kWh is 7,780 Wh; a text says why it is none. */
export function wholeWh(kwh: string): number | string {
  if (/^-/.test(kwh)) return 'is negative';
  const digits = /^(\d{1,12})(?:\.(\d+))?$/.exec(kwh);
  if (digits === null) return 'is no number of kWh';
  const fraction = (digits[2] ?? '').replace(/0+$/, '');
  if (fraction.length > 3) return 'is no whole number of Wh';
  const energyWh = Number(`${digits[1] ?? ''}${fraction.padEnd(3, '0')}`);
  return energyWh <= ENERGY_MAX_WH ? energyWh : 'is more than any session can have';
}

/** `0014-11-18 15:40:26` as UTC milliseconds; null: it is no such time. */
export function utcTimeMs(text: string): number | null {
  const parts = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)Z?$/.exec(text);
  if (parts === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  const fullYear = year < 100 ? 2000 + year : year;
  const atMs = Date.UTC(fullYear, month - 1, day, hour, minute, second);
  const date = new Date(atMs);
  // A 30 February would have become a day in March.
  const isSame = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60
    && second < 60;
  return isSame && fullYear >= 1970 ? atMs : null;
}

function sessionOf({ line, fields }: CsvRecord): RecordedSession | string {
  const at = (name: typeof COLUMNS[number]): string => (fields[name] ?? '').trim();
  const empty = COLUMNS.find((name) => at(name) === '');
  if (empty !== undefined) return `${empty} is missing`;
  for (const name of ['sessionId', 'userId', 'stationId', 'locationId'] as const) {
    if (!isId(at(name)) || at(name).length > ID_MAX) return `${name} ${shown(at(name))} is no id (${ID_RULE})`;
  }
  const energyWh = wholeWh(at('kwhTotal'));
  if (typeof energyWh === 'string') return `kwhTotal ${shown(at('kwhTotal'))} ${energyWh}`;
  const startAtMs = utcTimeMs(at('created'));
  const endAtMs = utcTimeMs(at('ended'));
  if (startAtMs === null) return `created ${shown(at('created'))} is no time like 2014-11-18 15:40:26`;
  if (endAtMs === null) return `ended ${shown(at('ended'))} is no time like 2014-11-18 15:40:26`;
  if (endAtMs < startAtMs) return `it ends (${at('ended')}) before it starts (${at('created')})`;
  return {
    line, sessionId: at('sessionId'), driverId: at('userId'), stationId: at('stationId'), siteId: at('locationId'),
    startAtMs, endAtMs, energyWh,
  };
}

function contradiction(
  session: RecordedSession, lineOfSession: ReadonlyMap<string, number>,
  siteOfStation: ReadonlyMap<string, RecordedSession>,
): string | null {
  const line = lineOfSession.get(session.sessionId);
  if (line !== undefined) return `session ${session.sessionId} stands in line ${line} already`;
  const known = siteOfStation.get(session.stationId);
  if (known === undefined || known.siteId === session.siteId) return null;
  return `station ${session.stationId} is at location ${known.siteId} (line ${known.line}), not ${session.siteId}`;
}

function shown(text: string): string {
  return `“${text.slice(0, 40)}”`;
}

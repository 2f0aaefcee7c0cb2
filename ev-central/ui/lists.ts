// The columns of the lists that come from the database. A row is what the store gives; a field that is missing is
// empty, so that a new version of the store never breaks the screen.
import { ticketSchema, type SessionState } from '../../shared/messages/values.ts';
import { currencySchema, formatMoney } from '../../shared/money.ts';
import { dateAndTime, energy } from '../../shared/screen/format.ts';
import type { ListRow } from '../../shared/screen/paged-list.ts';
import { BAD, GOOD, PLAIN, WARN, type Style } from '../../shared/screen/style.ts';
import type { Column } from '../../shared/screen/table.ts';
import { ticketText, words, type Words } from '../../shared/words.ts';
import { CENTRAL_LABELS as L } from './labels.ts';
import type { CentralList } from './view.ts';

const c = L.column;

export const LIST_COLUMNS: Readonly<Record<CentralList, readonly Column<ListRow>[]>> = {
  sessions: [
    timeColumn('requestedAtMs'),
    { title: c.driver, width: 11, text: field('driverId') },
    { title: c.point, width: 12, text: (row) => text(row['pointId']) || text(row['siteId']) },
    { title: c.state, width: 11, text: (row) => word('sessionState', row['state']), style: sessionStyle },
    { title: c.energy, width: 10, right: true, text: (row) => energyOf(row['energyWh']) },
    { title: c.amount, width: 10, right: true, text: (row) => money(row['costMinor'], row['currency']) },
    { title: c.ended, width: 19, from: 110, text: (row) => time(row['endedAtMs']) },
    { title: c.why, width: 10, grows: true, from: 120, text: sessionWhy },
    { title: c.session, width: 16, from: 140, text: field('sessionId') },
  ],
  events: [
    timeColumn('atMs'),
    { title: c.kind, width: 12, text: (row) => word('eventKind', row['kind']) },
    { title: c.point, width: 9, text: field('pointId') },
    { title: c.driver, width: 10, from: 100, text: field('driverId') },
    { title: c.data, width: 20, grows: true, text: (row) => pairs(row['data']) },
    { title: c.session, width: 16, from: 130, text: field('sessionId') },
  ],
  audit: [
    timeColumn('atMs'),
    { title: c.who, width: 10, text: field('who') },
    { title: c.address, width: 15, from: 95, text: field('address') },
    { title: c.action, width: 16, text: field('action') },
    { title: c.outcome, width: 12, text: field('outcome') },
    { title: c.parameters, width: 10, grows: true, text: (row) => pairs(row['parameters']) },
  ],
  'dead-letters': [
    timeColumn('atMs'),
    { title: c.sender, width: 10, text: field('claimedSender') },
    { title: c.reason, width: 31, text: (row) => word('deadLetterReason', row['reason']), style: () => WARN },
    { title: c.source, width: 18, from: 90, text: field('source') },
    { title: c.details, width: 10, grows: true, text: field('detail') },
  ],
  tickets: [
    timeColumn('issuedAtMs'),
    { title: c.id, width: 14, text: field('ticketId') },
    { title: c.driver, width: 10, text: field('driverId') },
    { title: c.point, width: 12, text: field('pointId') },
    { title: c.energy, width: 10, right: true, text: (row) => energyOf(row['energyWh']) },
    { title: c.total, width: 10, right: true, text: (row) => money(row['totalMinor'], row['currency']) },
    { title: c.why, width: 10, grows: true, from: 100, text: (row) => word('endReason', row['endReason']) },
    { title: c.session, width: 16, from: 120, text: field('sessionId') },
  ],
  commands: [
    timeColumn('sentAtMs'),
    { title: c.number, width: 5, right: true, text: field('number') },
    { title: c.type, width: 16, text: field('type') },
    { title: c.outcome, width: 10, text: field('outcome') },
    { title: c.reason, width: 12, grows: true, text: (row) => word('commandRefusal', row['reason']) },
    { title: c.session, width: 16, from: 100, text: field('sessionId') },
  ],
};

/** What makes a row itself among its list, also when its other fields change. */
export function listKey(row: ListRow): string {
  const id = ['ticketId', 'messageId'].map((name) => text(row[name])).find((value) => value !== '');
  if (id !== undefined) return id;
  if (row['requestedAtMs'] !== undefined) return text(row['sessionId']);
  return JSON.stringify(row);
}

/** A ticket's row as the readable ticket; null when the row is none. */
export function ticketLines(row: ListRow): string[] | null {
  const ticket = ticketSchema.safeParse(row);
  return ticket.success ? ticketText(ticket.data, Intl.DateTimeFormat().resolvedOptions().timeZone) : null;
}

function timeColumn(name: string): Column<ListRow> {
  return { title: c.time, width: 19, text: (row) => time(row[name]) };
}

function field(name: string): (row: ListRow) => string {
  return (row) => text(row[name]);
}

function text(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}

function time(value: unknown): string {
  return typeof value === 'number' ? dateAndTime(value) : '';
}

function energyOf(value: unknown): string {
  return typeof value === 'number' ? energy(value) : '';
}

function money(minor: unknown, code: unknown): string {
  const currency = currencySchema.safeParse(code);
  return typeof minor === 'number' && currency.success ? formatMoney(minor, currency.data) : '';
}

type WordList = 'sessionState' | 'eventKind' | 'deadLetterReason' | 'endReason' | 'commandRefusal';

/** The catalogue's word for a value; the value itself when the catalogue does not know it. */
function word(list: WordList, value: unknown): string {
  const found: Readonly<Record<string, string>> = words()[list] satisfies Words[WordList];
  return found[text(value)] ?? text(value);
}

function sessionWhy(row: ListRow): string {
  const reason = word('endReason', row['endReason']);
  const flags = Array.isArray(row['flags']) ? row['flags'].map(String) : [];
  return [reason, ...flags].filter((part) => part !== '').join('; ');
}

const SESSION_STYLES: Partial<Record<SessionState, Style>> = {
  charging: GOOD, suspended: WARN, interrupted: BAD, rejected: BAD,
};

function sessionStyle(row: ListRow): Style {
  const found: Readonly<Record<string, Style>> = SESSION_STYLES;
  return found[text(row['state'])] ?? PLAIN;
}

/** `from authorized, to charging`: the fields of an event on one line. */
function pairs(value: unknown): string {
  if (typeof value !== 'object' || value === null) return text(value);
  return Object.entries(value)
    .filter(([, inner]) => inner !== null && inner !== undefined && inner !== '')
    .map(([name, inner]) => `${name} ${innerText(inner)}`)
    .join(', ');
}

/** A ticket within an event is told by its figures; anything else that is nested as it is. */
function innerText(value: unknown): string {
  const ticket = ticketSchema.safeParse(value);
  if (!ticket.success) return typeof value === 'object' ? JSON.stringify(value) : String(value);
  const { ticketId, energyWh, totalMinor, currency } = ticket.data;
  return `${ticketId}, ${energy(energyWh)}, ${formatMoney(totalMinor, currency)}`;
}

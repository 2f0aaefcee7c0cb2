// The lists that people and tools read from the database, page by page, newest first. What only the core's memory
// knows (points, queue, drivers on line, status) is not here.
import type { AuditRow } from '../core/rows.ts';
import type { UserLimits } from '../../shared/messages/orders.ts';
import type { SessionRow } from '../../shared/messages/rows.ts';
import type { Role } from '../../shared/messages/values.ts';
import { deadLetterRows, eventRows } from './appends.ts';
import { auditRows } from './audit-link.ts';
import { claims } from './claim-rows.ts';
import { groups, payments, sessions } from './codecs.ts';
import type { RowCodec, SqlRecord } from './columns.ts';
import { defineCodec, flag, json, nullable, text, whole } from './columns.ts';
import type { Sqlite, Statement } from '../../shared/sqlite/database.ts';
import { billingDetails, invoiceRows, invoiceTicketRows } from './invoice-rows.ts';
import { reservations } from './reservation-rows.ts';
import { movementRow, ofAccount, SELECT_MOVEMENTS } from './movements.ts';
import { ticketRows } from './ticket-rows.ts';

/**
 * `my-…` lists need the filter `driverId`, which the caller sets from the log-in. `audit-log` is the audit as it is
 * exported: oldest first, with row id and hash, parameters as they stand; `ledger-log` is the ledger oldest first.
 */
export type StoredList =
  | 'my-sessions' | 'my-notices' | 'my-tickets'
  | 'sessions' | 'events' | 'dead-letters' | 'audit' | 'audit-log' | 'users' | 'tickets' | 'commands'
  | 'ledger' | 'ledger-log' | 'groups' | 'invoices' | 'my-invoices' | 'invoice-tickets' | 'my-invoice-tickets'
  | 'billing-details' | 'payments' | 'my-payments' | 'claims' | 'my-claims' | 'reservations' | 'my-reservations';

/** As the frame `rows`: `next` is the cursor of the next page; with an `error` there are no rows. */
export type QueryPage = {
  readonly rows: readonly Record<string, unknown>[]; readonly next: string | null; readonly error: string | null;
};

type Filter = Readonly<Record<string, string | number>>;
type ListDefinition = {
  /** SELECT … FROM …, with the cursor among the columns as `cursor`. */
  readonly select: string;
  readonly cursor: string;
  readonly order: 'ASC' | 'DESC';
  /** The condition of each filter, with one `?` for its value. */
  readonly filters: Readonly<Record<string, string>>;
  readonly needs?: string;
  readonly row: (record: SqlRecord) => Record<string, unknown>;
};

/** Prepares the lists; the function returned reads one page. Never throws for a bad filter or cursor. */
export function prepareQueries(db: Sqlite) {
  const prepared = new Map<string, Statement>();
  const statementOf = (sql: string): Statement => {
    const known = prepared.get(sql) ?? db.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  return (ask: { what: StoredList; filter: Filter; after: string | null; limit: number }): QueryPage => {
    const list = LISTS[ask.what];
    const error = refuseFilter(list, ask.filter, ask.after);
    if (error !== null) return { rows: [], next: null, error };
    const names = Object.keys(ask.filter);
    const conditions = names.map((name) => list.filters[name] ?? '');
    const values: (string | number)[] = names.map((name) => ask.filter[name] ?? '');
    if (ask.after !== null) {
      conditions.push(`${list.cursor} ${list.order === 'DESC' ? '<' : '>'} ?`);
      values.push(list.order === 'DESC' ? Number(ask.after) : ask.after);
    }
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
    const sql = `${list.select} ${where} ORDER BY ${list.cursor} ${list.order} LIMIT ?`;
    const records = statementOf(sql).all(...values, ask.limit + 1) as SqlRecord[];
    const page = records.slice(0, ask.limit);
    const last = page.at(-1);
    const next = records.length > ask.limit && last !== undefined ? String(last['cursor']) : null;
    return { rows: page.map(list.row), next, error: null };
  };
}

function refuseFilter(list: ListDefinition, filter: Filter, after: string | null): string | null {
  const known = Object.keys(list.filters);
  const unknown = Object.keys(filter).find((name) => !known.includes(name));
  if (unknown !== undefined) return `unknown filter "${unknown}": this list knows ${known.join(', ')}`;
  if (list.needs !== undefined && filter[list.needs] === undefined) return `this list needs the filter ${list.needs}`;
  const bad = ['sinceMs', 'untilMs'].find((name) => filter[name] !== undefined && !Number.isFinite(filter[name]));
  if (bad !== undefined) return `the filter ${bad} must be a number: UTC milliseconds`;
  if (filter['open'] !== undefined && filter['open'] !== 'yes') return 'the filter open must be "yes"';
  if (after !== null && list.order === 'DESC' && !/^\d{1,15}$/.test(after)) {
    return `"${after}" is no cursor of this list`;
  }
  return null;
}

type StoredCommand = {
  pointId: string; number: number; type: string; sessionId: string | null; sentAtMs: number; deadlineMs: number;
  outcome: string; reason: string | null;
};
const commandRows = defineCodec<StoredCommand>({
  table: 'commands', key: [],
  fields: {
    pointId: text(), number: whole(), type: text(), sessionId: nullable(text()), sentAtMs: whole(),
    deadlineMs: whole(), outcome: text(), reason: nullable(text()),
  },
});

/** A user as the lists show her: without hashes. */
type UserListRow = {
  userId: string; role: Role; active: boolean; priorityClass: string; limits: UserLimits; currency: string;
  balanceMinor: number; heldMinor: number; noticeNumber: number; hasPassword: boolean; hasPin: boolean;
};
const userRows = defineCodec<UserListRow>({
  table: 'users', key: [],
  fields: {
    userId: text(), role: text(), active: flag(), priorityClass: text(), limits: json(), currency: text(),
    balanceMinor: whole(), heldMinor: whole(), noticeNumber: whole(), hasPassword: flag(), hasPin: flag(),
  },
});

/** A row of the audit log as it is exported. */
export type AuditLogRow = Omit<AuditRow, 'parameters'> & {
  readonly rowId: number; readonly parameters: string; readonly hash: string | null;
};
const auditLogRows = defineCodec<AuditLogRow>({
  table: 'audit', key: [],
  fields: {
    rowId: whole(), atMs: whole(), who: text(), address: text(), action: text(), outcome: text(), parameters: text(),
    hash: nullable(text()),
  },
});

const TIME = { sinceMs: 'at_ms >= ?', untilMs: 'at_ms < ?' };
const AUDIT_FILTERS = {
  who: 'who = ?', action: 'action = ?', outcome: 'outcome = ?', address: 'address = ?', ...TIME,
};
const LEDGER_FILTERS = {
  userId: ofAccount("'wallet:user:' || ?"), groupId: ofAccount("'wallet:group:' || ?"),
  account: ofAccount('?'), sessionId: 'session_id = ?', ticketId: 'ticket_id = ?', kind: 'kind = ?',
  by: 'ordered_by = ?', ...TIME,
};
const SESSION_SELECT = `SELECT s.rowid AS cursor, s.*, m.power_w AS live_power_w, m.soc_percent AS live_soc_percent
  FROM charging_sessions s LEFT JOIN live_meters m ON m.session_id = s.session_id`;
const SESSION_FILTERS = {
  driverId: 's.driver_id = ?', siteId: 's.site_id = ?', pointId: 's.point_id = ?', state: 's.state = ?',
  sessionId: 's.session_id = ?',
  // "yes" is the only value; comparing it keeps one `?` a filter.
  open: "(? = 'yes' AND s.settled = 0)",
  sinceMs: 's.requested_at_ms >= ?', untilMs: 's.requested_at_ms < ?',
};

const sessionList: ListDefinition = {
  select: SESSION_SELECT, cursor: 's.rowid', order: 'DESC', filters: SESSION_FILTERS, row: sessionRow,
};
const ticketList: ListDefinition = {
  ...newestFirst(ticketRows),
  filters: {
    driverId: 'driver_id = ?', sessionId: 'session_id = ?', siteId: 'site_id = ?', pointId: 'point_id = ?',
    ticketId: 'ticket_id = ?', sinceMs: 'issued_at_ms >= ?', untilMs: 'issued_at_ms < ?',
  },
};

/** Her own, and those of the groups that she runs. */
const paidBy = (column: string): string => `${column} IN (WITH me (id) AS (SELECT ?) SELECT 'wallet:user:' || id FROM me
  UNION ALL SELECT 'wallet:group:' || g.group_id FROM me, user_groups g, json_each(g.members) m
  WHERE m.value ->> 'userId' = me.id AND m.value ->> 'role' <> 'member')`;
const invoiceList: ListDefinition = {
  ...newestFirst(invoiceRows),
  filters: {
    driverId: paidBy('payer'), userId: "payer = 'wallet:user:' || ?", groupId: "payer = 'wallet:group:' || ?",
    payer: 'payer = ?', number: 'number = ?', kind: 'kind = ?',
    sinceMs: 'issued_at_ms >= ?', untilMs: 'issued_at_ms < ?',
  },
};
/** What stands on one invoice, in its order. */
const invoiceTicketList: ListDefinition = {
  select: `SELECT t.place AS cursor, ${invoiceTicketRows.columns.map((column) => `t.${column}`).join(', ')}
    FROM invoice_tickets t JOIN invoices i ON i.number = t.number`,
  cursor: 't.place', order: 'ASC', filters: { driverId: paidBy('i.payer'), number: 't.number = ?' }, needs: 'number',
  row: (record) => ({ ...invoiceTicketRows.decode(record) }),
};

const paymentList: ListDefinition = {
  ...newestFirst(payments), cursor: 'rowid',
  select: `SELECT rowid AS cursor, ${payments.columns.join(', ')} FROM payments`,
  filters: {
    paymentId: 'payment_id = ?', userId: 'user_id = ?', driverId: 'user_id = ?', sessionId: 'session_id = ?',
    state: 'state = ?', purpose: 'purpose = ?', gateway: 'gateway = ?', sinceMs: 'created_at_ms >= ?',
    untilMs: 'created_at_ms < ?',
  },
  row: paymentRow,
};

const claimList: ListDefinition = {
  select: `SELECT rowid AS cursor, ${claims.columns.join(', ')} FROM claims`, cursor: 'rowid', order: 'DESC',
  filters: {
    claimId: 'claim_id = ?', groupId: 'group_id = ?', userId: 'claimant_id = ?', meterId: 'meter_id = ?',
    state: 'state = ?',
    // Her own, and those about which she decides.
    driverId: `EXISTS (WITH me (id) AS (SELECT ?) SELECT 1 FROM me WHERE claimant_id = me.id OR (state <> 'draft'
      AND EXISTS (SELECT 1 FROM user_groups g, json_each(g.members) m WHERE g.group_id = claims.group_id
        AND m.value ->> 'userId' = me.id AND m.value ->> 'role' <> 'member')))`,
  },
  row: (record) => ({ ...claims.decode(record) }),
};

const reservationList: ListDefinition = {
  select: `SELECT rowid AS cursor, ${reservations.columns.join(', ')} FROM reservations`,
  cursor: 'rowid', order: 'DESC',
  filters: {
    reservationId: 'reservation_id = ?', seriesId: 'series_id = ?', fleetId: 'fleet_id = ?',
    userId: 'user_id = ?', driverId: 'user_id = ?',
    siteId: 'site_id = ?', pointId: 'point_id = ?', state: 'state = ?', open: "(? = 'yes' AND due_ms IS NOT NULL)",
    sinceMs: 'begins_at_ms >= ?', untilMs: 'begins_at_ms < ?',
  },
  row: (record) => ({ ...reservations.decode(record) }),
};

const LISTS: Readonly<Record<StoredList, ListDefinition>> = {
  'my-sessions': { ...sessionList, needs: 'driverId' },
  sessions: sessionList,
  'my-tickets': { ...ticketList, needs: 'driverId' },
  tickets: ticketList,
  'my-invoices': { ...invoiceList, needs: 'driverId' },
  invoices: invoiceList,
  'my-invoice-tickets': invoiceTicketList,
  'invoice-tickets': invoiceTicketList,
  'billing-details': {
    select: `SELECT payer AS cursor, ${billingDetails.columns.join(', ')} FROM billing_details`,
    cursor: 'payer', order: 'ASC', filters: { payer: 'payer = ?', userId: "payer = 'wallet:user:' || ?" },
    row: (record) => ({ ...billingDetails.decode(record) }),
  },
  reservations: reservationList,
  'my-reservations': { ...reservationList, needs: 'driverId' },
  claims: claimList,
  'my-claims': { ...claimList, needs: 'driverId' },
  'my-notices': {
    select: 'SELECT number AS cursor, message FROM notices', cursor: 'number', order: 'DESC',
    filters: { driverId: 'user_id = ?', ...TIME }, needs: 'driverId',
    row: (record) => JSON.parse(String(record['message'])) as Record<string, unknown>,
  },
  events: {
    ...newestFirst(eventRows),
    filters: {
      pointId: 'point_id = ?', siteId: 'site_id = ?', sessionId: 'session_id = ?', driverId: 'driver_id = ?',
      kind: 'kind = ?', ...TIME,
    },
  },
  'dead-letters': {
    ...newestFirst(deadLetterRows),
    filters: { reason: 'reason = ?', claimedSender: 'claimed_sender = ?', source: 'source = ?', ...TIME },
  },
  audit: { ...newestFirst(auditRows), filters: AUDIT_FILTERS },
  'audit-log': { ...newestFirst(auditLogRows), order: 'ASC', filters: AUDIT_FILTERS },
  commands: {
    ...newestFirst(commandRows), cursor: 'rowid',
    select: `SELECT rowid AS cursor, ${commandRows.columns.join(', ')} FROM commands`,
    filters: {
      pointId: 'point_id = ?', sessionId: 'session_id = ?', outcome: 'outcome = ?', type: 'type = ?',
      sinceMs: 'sent_at_ms >= ?', untilMs: 'sent_at_ms < ?',
    },
  },
  ledger: {
    select: SELECT_MOVEMENTS, cursor: 'row_id', order: 'DESC', filters: LEDGER_FILTERS, row: movementRow,
  },
  // As it is exported: oldest first.
  'ledger-log': {
    select: SELECT_MOVEMENTS, cursor: 'row_id', order: 'ASC', filters: LEDGER_FILTERS, row: movementRow,
  },
  groups: {
    select: 'SELECT group_id AS cursor, * FROM user_groups', cursor: 'group_id', order: 'ASC',
    filters: {
      groupId: 'group_id = ?', kind: 'kind = ?',
      userId: "EXISTS (SELECT 1 FROM json_each(members) m WHERE m.value ->> 'userId' = ?)",
    },
    row: (record) => ({ ...groups.decode(record) }),
  },
  payments: paymentList,
  'my-payments': { ...paymentList, needs: 'driverId' },
  users: {
    select: `SELECT user_id AS cursor, *, password_hash IS NOT NULL AS has_password, pin_hash IS NOT NULL AS has_pin
      FROM users`,
    cursor: 'user_id', order: 'ASC',
    filters: { userId: 'user_id = ?', role: 'role = ?' },
    row: userRows.decode,
  },
};

function newestFirst<R extends object>(codec: RowCodec<R>): Omit<ListDefinition, 'filters'> {
  return {
    select: `SELECT row_id AS cursor, ${codec.columns.join(', ')} FROM ${codec.table}`, cursor: 'row_id', order: 'DESC',
    row: (record) => ({ ...codec.decode(record) }) as Record<string, unknown>,
  };
}

/** Without the token, and with the operation under way by its name. */
function paymentRow(record: SqlRecord): Record<string, unknown> {
  const { token: _token, operation, operations: _operations, corr: _corr, ...payment } = payments.decode(record);
  return {
    ...payment, operation: operation?.kind ?? null, attempts: operation?.attempts ?? 0,
    nextAttemptAtMs: operation?.nextAttemptMs ?? null,
  };
}

/** As `sessionRowSchema`; power and charge are those of the newest sample while it runs. */
function sessionRow(record: SqlRecord): Record<string, unknown> {
  const session = sessions.decode(record);
  const over = session.endedAtMs !== null || session.settled;
  const power = record['live_power_w'];
  const soc = record['live_soc_percent'];
  const row: Omit<SessionRow, 'estimatedWaitMs'> & { estimatedWaitMs: null } = {
    sessionId: session.sessionId, requestId: session.requestId, corr: session.corr, driverId: session.driverId,
    siteId: session.siteId, pointId: session.pointId, connectorNo: session.connectorNo, state: session.state,
    stateSinceMs: session.stateSinceMs, requestedAtMs: session.requestedAtMs, startedAtMs: session.startedAtMs,
    endedAtMs: session.endedAtMs, endReason: session.endReason, provisional: session.provisional,
    energyWh: session.energyWh, powerW: over || typeof power !== 'number' ? 0 : power,
    socPercent: typeof soc === 'number' ? soc : null, costMinor: session.costMinor, holdMinor: session.holdMinor,
    payer: session.payer, currency: session.currency,
    place: session.state === 'queued' ? session.toldPlace : null, estimatedWaitMs: null,
    plugByMs: session.plugByMs, flags: [...session.flags],
  };
  return row;
}

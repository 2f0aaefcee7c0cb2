// Central's database: everything the core knows, what it must still send, and how far it has read. Memory is a cache of
// it: `load` at start, `commit` after each batch, nothing in between. This folder alone imports the SQLite driver.
import { type KeyObject, randomInt } from 'node:crypto';
import type { Append, Send } from '../core/effects.ts';
import type { Input } from '../core/inputs.ts';
import type { FigureAnswer, FigureAsk } from '../core/figures/ask.ts';
import type { InvoiceBooks } from '../core/invoice-check.ts';
import type { MeterValueRow, SeriesVersion, Session, TariffKey, TariffVersion } from '../core/rows.ts';
import type { SeriesKey } from '../core/tariff/hourly.ts';
import type { Tables } from '../core/state.ts';
import { Table } from '../core/table.ts';
import type { Clock } from '../../shared/clock.ts';
import type { SessionId, UserId } from '../../shared/ids.ts';
import type { Log } from '../../shared/log.ts';
import type { Notice } from '../../shared/messages/catalogue.ts';
import type { Ticket } from '../../shared/messages/values.ts';
import { prepareAppends } from './appends.ts';
import { prepareAuditChain } from './audit-chain.ts';
import type { AuditHead, AuditReport } from './audit-check.ts';
import { prepareAuditCheck } from './audit-check.ts';
import { makeCodecs } from './codecs.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';
import { attempt, IN_MEMORY, openDatabase } from '../../shared/sqlite/database.ts';
import { prepareFailedRecords } from './failed-records.ts';
import { prepareInvoiceBooks } from './invoice-books.ts';
import { forgetOldRows, prepareLoader } from './loading.ts';
import type { LedgerReport } from './ledger-check.ts';
import { prepareLedgerCheck } from './ledger-check.ts';
import type { MasterKey } from './master-key.ts';
import { openMasterKey, passingMasterKey } from './master-key.ts';
import { migrate } from '../../shared/sqlite/migrations.ts';
import { readMigrations } from './migrations.ts';
import type { StoredPosition } from './offsets.ts';
import { prepareOffsets } from './offsets.ts';
import { prepareFigureReader } from './figure-reader.ts';
import { prepareSignOfLife, prepareWatched } from './conditions.ts';
import type { KnownConnector } from './conditions.ts';
import { prepareFigureCheck } from './figure-check.ts';
import { buildOldFigures, rebuildFigures } from './figures.ts';
import { chainOldAudit } from './old-audit.ts';
import { wrapOldSecrets } from './old-secrets.ts';
import { foldOldUsages } from './old-usage.ts';
import type { OutboxLane, OutboxRow } from './outbox.ts';
import { prepareOutbox } from './outbox.ts';
import type { Retention } from './purge.ts';
import { preparePurge } from './purge.ts';
import type { QueryPage, StoredList } from './queries.ts';
import { prepareQueries } from './queries.ts';
import { prepareHistory } from './history.ts';
import { prepareStatement, prepareWalletOwner, type StatementOf, type WalletOwnerOf } from './statement.ts';
import { prepareTableWriters } from './table-writers.ts';

export { OUTBOX_LANES, type OutboxLane, type OutboxRow } from './outbox.ts';
export type { AuditFault, AuditHead, AuditReport } from './audit-check.ts';
export type { AccountSum, LedgerFault, LedgerReport, LedgerRule } from './ledger-check.ts';
export type { StoredMovement } from './movements.ts';
export type { StoredPosition } from './offsets.ts';
export type { AuditLogRow, QueryPage, StoredList } from './queries.ts';

/** What one batch leaves behind; written in one transaction. */
export type Commit = {
  /** Their changed rows are taken and written. */
  readonly tables: Tables;
  readonly appends: readonly Append[];
  /** Become outbox rows, in this order. */
  readonly sends: readonly Send[];
  /** Where to go on reading, of the partitions that this batch has read. */
  readonly offsets: readonly StoredPosition[];
  /** Outbox rows that the broker has acknowledged. */
  readonly outboxDone: readonly number[];
  /** The broker lost its log: rows done since then wait again. */
  readonly outboxReopenSinceMs?: number | null;
  readonly now: number;
};

export type Store = {
  /** Signs the tokens of the REST API; made from the master key. */
  readonly tokenKey: KeyObject;
  /** Fills empty tables with what is under way. */
  load(tables: Tables): void;
  /** Loads the rows that an input refers to and that are not in memory. */
  hydrate(tables: Tables, input: Input): void;
  /** Takes rows out of memory that are over for long; call it between batches, every few minutes. Returns how many. */
  forget(tables: Tables, nowMs: number): number;
  /** Writes a batch. After a failure memory and database differ: the process must end. @throws Failure */
  commit(batch: Commit): OutboxRow[];
  /** Unsent rows of a lane behind `afterRow`, oldest first. */
  pendingOutbox(lane: OutboxLane, afterRow: number, limit: number): OutboxRow[];
  /** How many rows wait for the broker. */
  outboxSize(): number;
  offsets(): StoredPosition[];
  /** The Kafka cluster that the offsets belong to; null before the first one. */
  clusterId(): string | null;
  setClusterId(clusterId: string): void;
  /** Counts, at once, that handling the records at these places made the process end. */
  noteFailedRecords(places: readonly string[], nowMs: number): void;
  /** How often that happened, by place. */
  failedRecords(): ReadonlyMap<string, number>;
  noticesAfter(userId: UserId, after: number, limit: number): { notices: Notice[]; more: boolean };
  /** A page of a list; a bad filter or cursor comes back as `error`. */
  query(
    what: StoredList, filter: Readonly<Record<string, string | number>>, after: string | null, limit: number,
  ): QueryPage;
  session(sessionId: SessionId): Session | undefined;
  /** A tariff as it was put once; it is never removed. */
  tariffVersion(key: TariffKey): TariffVersion | undefined;
  /** A price series as it was after an import; it is never removed. */
  seriesVersion(key: SeriesKey): SeriesVersion | undefined;
  /** Stored samples of a session, by sample number. */
  meterValues(sessionId: SessionId): MeterValueRow[];
  /** The tickets of a session: the final one, then its corrections. */
  ticketsOf(sessionId: SessionId): Ticket[];
  /** All invoices and what they are made of, read in one transaction. */
  invoiceBooks(): InvoiceBooks;
  /** Reads the whole audit log and says what of it does not fit; `expected` is an end of it that was kept elsewhere. */
  verifyAudit(expected: AuditHead | null): AuditReport;
  /** Checks the ledger against itself, and against balances, holds and tickets. */
  verifyLedger(): LedgerReport;
  /** What happened on an account between two times, a currency apart. */
  statement: StatementOf;
  walletOwner: WalletOwnerOf;
  /** Figures that were added up, as they were asked for. */
  figures: (ask: FigureAsk) => FigureAnswer;
  /** All connectors that are, or were, part of the network, and how each is. */
  watched: () => KnownConnector[];
  /** Makes all figures anew from what is stored; returns how many rows were counted. Nothing else may write then. */
  rebuildFigures(): number;
  /** What of the figures is not what a fresh count of what is stored, or the ledger, comes to; null: nothing. */
  checkFigures(): string | null;
  /** Deletes a small slice of what is no longer needed; returns how many rows. Call it now and then. */
  purge(nowMs: number, kept: Retention): number;
  close(): void;
};

/** `file` may be ':memory:', or a database that is open already; then `masterKeyFile` may be null. */
export type StoreOptions = {
  readonly file: string | Sqlite;
  readonly masterKeyFile: string | null;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** The most pages that the file may have: how tests fill a disk. */
  readonly maxPages?: number;
};

/** Opens the database, brings it to the newest version and makes its installation row. @throws Failure */
export function openStore({ file, masterKeyFile, clock, log, maxPages }: StoreOptions): Store {
  const db = typeof file === 'string' ? openDatabase(file) : file;
  try {
    if (maxPages !== undefined) db.pragma(`max_page_count = ${maxPages}`);
    for (const name of migrate(db, readMigrations(), clock)) log('info', 'database-migrated', { migration: name });
    attempt('make the installation id', () => makeInstallation(db));
    return attempt(`prepare the database ${db.name}`, () => {
      const master = openMaster(db, masterKeyFile);
      const wrapped = wrapOldSecrets(db, master);
      if (wrapped > 0) log('info', 'secrets-wrapped', { points: wrapped });
      const folded = foldOldUsages(db);
      if (folded > 0) log('info', 'usages-folded', { sessions: folded });
      const chained = chainOldAudit(db, master, clock.now());
      if (chained > 0) log('info', 'audit-chained', { rows: chained });
      const counted = buildOldFigures(db);
      if (counted !== null && counted > 0) log('info', 'figures-built', { rows: counted });
      return makeStore(db, master, clock);
    });
  } catch (error) {
    db.close();
    throw error;
  }
}

function makeStore(db: Sqlite, master: MasterKey, clock: Pick<Clock, 'now'>): Store {
  const codecs = makeCodecs(master);
  const loader = prepareLoader(db, codecs);
  const writeTables = prepareTableWriters(db, codecs);
  const chain = prepareAuditChain(db, master.auditKey);
  const append = prepareAppends(db, chain);
  const outbox = prepareOutbox(db);
  const offsets = prepareOffsets(db);
  const history = prepareHistory(db, codecs);
  const queries = prepareQueries(db);
  const purge = preparePurge(db, chain);
  const verifyAudit = prepareAuditCheck(db, master.auditKey);
  const verifyLedger = prepareLedgerCheck(db);
  const statement = prepareStatement(db);
  const walletOwner = prepareWalletOwner(db);
  const failed = prepareFailedRecords(db);
  const invoiceBooks = prepareInvoiceBooks(db);
  const figures = prepareFigureReader(db);
  const signOfLife = prepareSignOfLife(db);
  const commit = db.transaction((batch: Commit): OutboxRow[] => {
    writeTables(batch.tables, batch.now);
    append(batch.appends);
    const rows = batch.sends.map((send) => outbox.add(send, batch.now));
    for (const position of batch.offsets) offsets.put(position);
    for (const rowId of batch.outboxDone) outbox.markDone(rowId, batch.now);
    if (typeof batch.outboxReopenSinceMs === 'number') outbox.reopen(batch.outboxReopenSinceMs);
    return rows;
  });
  return {
    tokenKey: master.tokenKey,
    load: (tables) => attempt('load the state', () => loader.load(tables, clock.now())),
    hydrate: (tables, input) => attempt('look a row up', () => loader.hydrate(tables, input)),
    forget: (tables, nowMs) => forgetOldRows(tables, nowMs),
    commit: (batch) => (changesNothing(batch) ? [] : attempt('write a batch', () => commit.immediate(batch))),
    pendingOutbox: (lane, afterRow, limit) =>
      attempt('read the outbox', () => outbox.pending(lane, afterRow, limit)),
    outboxSize: () => outbox.size(),
    offsets: () => attempt('read the offsets', () => offsets.all()),
    clusterId: () => attempt('read the cluster id', () => offsets.clusterId()),
    setClusterId: (clusterId) => attempt('write the cluster id', () => offsets.setClusterId(clusterId)),
    noteFailedRecords: (places, nowMs) => attempt('count failed records', () => failed.note(places, nowMs)),
    failedRecords: () => attempt('read the failed records', () => failed.all()),
    noticesAfter: (userId, after, limit) =>
      attempt('read notices', () => history.noticesAfter(userId, after, limit)),
    query: (what, filter, after, limit) =>
      attempt(`read the list "${what}"`, () => queries({ what, filter, after, limit })),
    session: (sessionId) => attempt('read a session', () => history.session(sessionId)),
    tariffVersion: (key) => attempt('read a tariff', () => history.tariffVersion(key)),
    seriesVersion: (key) => attempt('read a price series', () => history.seriesVersion(key)),
    meterValues: (sessionId) => attempt('read meter values', () => history.meterValues(sessionId)),
    ticketsOf: (sessionId) => attempt('read tickets', () => history.ticketsOf(sessionId)),
    invoiceBooks: () => attempt('read the invoices', () => invoiceBooks()),
    verifyAudit: (expected) => attempt('read the audit log', () => verifyAudit(expected)),
    verifyLedger: () => attempt('read the ledger', () => verifyLedger()),
    statement: (account, span) => attempt('read a statement', () => statement(account, span)),
    walletOwner: (account) => attempt('read a wallet', () => walletOwner(account)),
    figures: (ask) => attempt('read figures', () => figures(ask)), watched: prepareWatched(db),
    checkFigures: () => attempt('count the figures', prepareFigureCheck(db)),
    rebuildFigures: () => attempt('make the figures anew', () => rebuildFigures(db)),
    purge: (nowMs, kept) => attempt('delete old rows', () => {
      signOfLife(nowMs);
      return purge(nowMs, kept);
    }),
    close: () => void db.close(),
  };
}

/** A quiet Central looks at its deadlines ten times a second: that takes no lock on the database. */
export function changesNothing({ tables, appends, sends, offsets, outboxDone }: Commit): boolean {
  return appends.length + sends.length + offsets.length + outboxDone.length === 0
    && Object.values(tables).every((table) => !(table instanceof Table && table.isChanged));
}

function openMaster(db: Sqlite, masterKeyFile: string | null): MasterKey {
  if (masterKeyFile === null) return passingMasterKey();
  const wrapped = db.prepare(`SELECT EXISTS (SELECT 1 FROM keys)
    OR EXISTS (SELECT 1 FROM charging_points WHERE wrapped_secret IS NOT NULL)
    OR EXISTS (SELECT 1 FROM second_factors) OR EXISTS (SELECT 1 FROM audit_chain)`).pluck().get();
  return openMasterKey(masterKeyFile, { makeIfMissing: wrapped === 0 });
}

/** The id that begins all ids of this network: random, short, made once. */
function makeInstallation(db: Sqlite): void {
  if (db.prepare('SELECT 1 FROM installation').get() !== undefined) return;
  const id = Array.from({ length: 5 }, () => randomInt(36).toString(36)).join('');
  db.prepare('INSERT INTO installation (installation_id, counter) VALUES (?, 0)').run(id);
}

export { IN_MEMORY };

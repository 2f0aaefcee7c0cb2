// What the REST API needs of Central. It reads from memory and from the store's lists; what it changes goes through the
// door, as an input of the one queue, and is answered after the commit.
import type { KeyObject } from 'node:crypto';
import type { ConnectionId, MessageId, SessionId, UserId } from '../../shared/ids.ts';
import type { Log } from '../../shared/log.ts';
import type { NewToken } from '../../shared/messages/accounts.ts';
import type { Notice } from '../../shared/messages/catalogue.ts';
import type { Account } from '../../shared/account.ts';
import type { Invoice, InvoiceTicket } from '../../shared/messages/invoice.ts';
import type { OcpiTariff } from '../../shared/messages/ocpi-tariff.ts';
import type { MediaType } from '../../shared/messages/claim.ts';
import type { Query } from '../../shared/messages/query.ts';
import type { TailRecord } from '../../shared/messages/tail-record.ts';
import type { TailTopic } from '../../shared/messages/tail-topic.ts';
import type { Role, Ticket } from '../../shared/messages/values.ts';
import type { ServerTls } from '../../shared/wire/tls.ts';
import type { Report } from '../core/figures/reports.ts';
import type { Input } from '../core/inputs.ts';
import type { MeterValueRow, Session } from '../core/rows.ts';
import type { State } from '../core/state.ts';
import type { Statement, StatementDocument, WalletOwner } from '../core/statement.ts';
import type { PricedSession } from '../core/tariff/period.ts';
import type { Committed } from '../loop.ts';

export type Row = Readonly<Record<string, unknown>>;
export type Page = { readonly rows: readonly Row[]; readonly next: string | null; readonly error: string | null };
export type Frame = { readonly type: string } & Row;

export type Ports = {
  /** Read only: rows are values. */
  readonly state: State;
  /** One page of a list, as the tools read it. */
  readonly read: (
    asker: { readonly role: Role; readonly userId: UserId | null },
    query: {
      readonly what: Query['what']; readonly filter: Readonly<Record<string, string | number>>;
      readonly after: string | null; readonly limit: number;
    },
  ) => Page;
  readonly session: (id: SessionId) => Session | undefined;
  readonly ticketsOf: (id: SessionId) => Ticket[];
  readonly meterValues: (id: SessionId) => MeterValueRow[];
  readonly noticesAfter: (userId: UserId, after: number, limit: number) => readonly Notice[];
  /** Files of evidence, beside the database. */
  readonly evidence: {
    /** Why these bytes are no evidence of that kind; null: they may be. */
    fault(bytes: Buffer, mediaType: MediaType): string | null;
    nameOf(bytes: Buffer): string;
    put(bytes: Buffer): Promise<string>;
    read(sha256: string): Promise<Buffer | undefined>;
  };
  readonly ask: (asking: {
    readonly make: (to: { connectionId: ConnectionId; re: MessageId }) => Input;
    readonly password?: string | undefined;
    readonly code?: string | undefined; readonly still?: () => boolean;
  }) => Promise<Frame | 'stale'>;
  /** News of a payment gateway, taken in once; the status to answer with. */
  readonly webhook: (
    gateway: string, headers: Readonly<Record<string, string | readonly string[] | undefined>>, rawBody: Buffer,
  ) => Promise<number>;
  /** Where a payer confirms, asked of the gateway; throws when that does not answer. */
  readonly payerAction: (gateway: string, reference: string) => Promise<string | null>;
  readonly subscribe: (listener: (batch: Committed) => void) => () => void;
  /** Central has failed: nothing in memory is to be trusted. */
  readonly isOver: () => boolean;
  /** More waits for the core than it should. */
  readonly isFull: () => boolean;
  readonly hashPassword: (password: string) => Promise<string>;
  readonly tools: Tools;
  /** The letter's id of a code that Central wrote into one; null: it is none. */
  readonly readMailCode: (text: string) => string | null;
  readonly readTokenFile: (csv: string) => {
    readonly tokens: readonly NewToken[]; readonly lines: readonly number[];
    readonly problems: readonly { readonly line: number; readonly reason: string }[];
  };
  readonly nowMs: () => number;
  readonly randomBytes: (count: number) => Buffer;
  readonly tokenKey: KeyObject;
  readonly log: Log;
};

/** Which books are looked through; `expected`: an end of the audit log that was kept elsewhere. */
export type BookCheck =
  | { readonly books: 'ledger' | 'invoices' }
  | { readonly books: 'audit'; readonly expected: { readonly rowId: number; readonly hash: string } | null };
/** Sound without faults; each fault is in words, too. */
export type BookReport = { readonly outcome: 'sound' | 'broken'; readonly faults: readonly Row[] } & Row;

export type ExportFormat = 'csv' | 'jsonl';
export type NewCodes = { readonly codes: readonly string[]; readonly sha256s: readonly string[] };
export type NewSecret = {
  readonly secretText: string; readonly uri: string; readonly secretBase64: string; readonly recovery: NewCodes;
};

/** What a file of figures says of itself. */
export type FigureAbout = { readonly title: string; readonly span: string };

/** What `admin` and `tail` do besides orders and lists. */
export type Tools = {
  /** Null: another check is under way. */
  readonly check: (check: BookCheck) => Promise<BookReport | null>;
  readonly statement: (account: Account, span: { startMs: number; endMs: number }) => readonly Statement[];
  /** Undefined: there is no such wallet. */
  readonly walletOwner: (account: Account) => WalletOwner | undefined;
  readonly statementPdf: (document: StatementDocument) => Promise<Buffer>;
  readonly statementCsv: (document: StatementDocument) => string;
  /** The log or the ledger, oldest first, a page at a time. */
  readonly exported: (
    books: 'audit' | 'ledger', filter: Readonly<Record<string, string | number>>, format: ExportFormat,
  ) => AsyncIterable<string>;
  /** The tickets of a session made again; null when there is none. */
  readonly recompute: (id: SessionId) => readonly Row[] | null;
  /** What a session would cost under a tariff, with the newest prices of the series that it names. */
  readonly price: (tariff: OcpiTariff, session: PricedSession) => object;
  readonly invoicePdf: (invoice: Invoice, tickets: readonly InvoiceTicket[]) => Promise<Buffer>;
  /** A report of the figures as a file. */
  readonly figuresFile: (
    report: Report, rows: readonly Row[], format: 'csv' | 'pdf', about: FigureAbout,
  ) => Promise<Buffer>;
  readonly secondFactor: {
    readonly make: (userId: UserId) => NewSecret;
    readonly recoveryCodes: () => NewCodes;
    /** The 30 s step of a code that is right for this secret now. */
    readonly stepOf: (secretBase64: string, code: string) => number | null;
  };
  /** Follows a topic, opened; returns what ends it, or null when too many are followed. */
  readonly tail: (
    topic: Pick<TailTopic, 'topic' | 'contains'>,
    line: (record: Omit<TailRecord, 'v' | 'id' | 're' | 'type'>) => void,
  ) => (() => void) | null;
};

/** The settings of the API, in its own units. */
export type ApiSettings = {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly tls: Pick<ServerTls, 'key' | 'cert'> | null;
  readonly insecure: boolean;
  /** Origins whose pages may call; empty: none. */
  readonly cors: readonly string[];
  readonly accessLifeMs: number;
  readonly refreshLifeMs: number;
  /** Requests a minute of one token or key, and from one address. */
  readonly tokenRate: number;
  readonly addressRate: number;
};

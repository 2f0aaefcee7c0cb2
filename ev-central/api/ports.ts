// What the REST API needs of Central. It reads from memory and from the store's lists; what it changes goes through the
// door, as an input of the one queue, and is answered after the commit.
import type { KeyObject } from 'node:crypto';
import type { ConnectionId, MessageId, SessionId, UserId } from '../../shared/ids.ts';
import type { Log } from '../../shared/log.ts';
import type { Notice } from '../../shared/messages/catalogue.ts';
import type { MediaType } from '../../shared/messages/claim.ts';
import type { Query } from '../../shared/messages/query.ts';
import type { Role, Ticket } from '../../shared/messages/values.ts';
import type { ServerTls } from '../../shared/wire/tls.ts';
import type { Input } from '../core/inputs.ts';
import type { MeterValueRow, Session } from '../core/rows.ts';
import type { State } from '../core/state.ts';
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
  readonly subscribe: (listener: (batch: Committed) => void) => () => void;
  /** Central has failed: nothing in memory is to be trusted. */
  readonly isOver: () => boolean;
  /** More waits for the core than it should. */
  readonly isFull: () => boolean;
  readonly hashPassword: (password: string) => Promise<string>;
  readonly nowMs: () => number;
  readonly randomBytes: (count: number) => Buffer;
  readonly tokenKey: KeyObject;
  readonly log: Log;
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

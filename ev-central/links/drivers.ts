// A driver's side of Central: log-in, then questions, and orders about what is her own. Charges are asked for over
// Kafka.
import type { UserId } from '../../shared/ids.ts';
import type { FromDriver } from '../../shared/messages/catalogue.ts';
import type { OrderKind } from '../../shared/messages/orders.ts';
import type { Query } from '../../shared/messages/query.ts';
import { KEY_BYTES } from '../../shared/seal.ts';
import type { Input } from '../core/inputs.ts';
import { type Connection, type DriverPeer, type OperatorRole, sendFrame } from './connection.ts';

export type Page = {
  readonly rows: readonly Readonly<Record<string, unknown>>[]; readonly next: string | null;
  readonly error: string | null;
};
/** Who asks: a driver sees points, sites and what is hers; people with another role see all lists. */
export type Asker = { readonly role: 'user' | OperatorRole; readonly userId: UserId | null };
export type PageQuery = Pick<Query, 'what' | 'after' | 'limit'> & {
  readonly filter: Readonly<Record<string, string | number>>;
};
/** Reads one page. Never throws. */
export type ReadPage = (asker: Asker, query: PageQuery) => Page;

export type DriverOptions = {
  readonly give: (input: Input) => void;
  readonly read: ReadPage;
  /** She asked for points and gets what changes from now on. */
  readonly watchPoints: (connection: Connection, filter: PageQuery['filter']) => void;
  readonly randomBytes: (count: number) => Buffer;
};

/** What a driver may order over her link: about what is her own; charges she asks for over Kafka. */
const DRIVER_ORDERS: readonly OrderKind[] = [
  'book-reservation', 'change-reservation', 'cancel-reservation', 'cancel-reservation-series', 'check-in',
  'put-notification-preferences', 'put-person',
];

/** Takes a driver's log-in. The answer comes from the core, after the password was compared. */
export function greetDriver(
  connection: Connection, login: Extract<FromDriver, { type: 'login' }>, options: DriverOptions,
): void {
  const { driverId, lastNotice, id, proof } = login;
  connection.peer = { kind: 'driver', driverId, welcomed: false };
  connection.secrets.set(id, {
    password: login.password, code: login.code,
    proof: proof === null ? null : { driverId, frameId: id, hmacBase64: proof.hmacBase64 },
  });
  options.give({
    kind: 'login', connectionId: connection.id, re: id, userId: driverId, address: connection.address,
    purpose: 'driver', lastNotice, loginKeyBase64: options.randomBytes(KEY_BYTES).toString('base64'),
    readingKeyBase64: options.randomBytes(KEY_BYTES).toString('base64'), proofBy: proof?.keyId ?? null,
  });
}

/** Takes a later frame of a driver; false when it is out of place. */
export function takeDriverFrame(
  connection: Connection, peer: DriverPeer, frame: FromDriver, options: DriverOptions,
): boolean {
  if (frame.type === 'login' || !peer.welcomed) return false;
  if (frame.type === 'order') {
    if (!DRIVER_ORDERS.includes(frame.order.kind)) return false;
    options.give({
      kind: 'order', orderId: frame.orderId, order: frame.order, by: peer.driverId, role: 'user',
      address: connection.address, answer: { connectionId: connection.id, re: frame.id },
    });
    return true;
  }
  answerQuery(connection, { role: 'user', userId: peer.driverId }, frame, options.read);
  if (frame.what === 'points' && frame.after === null) options.watchPoints(connection, frame.filter);
  return true;
}

/** Reads and sends one page; rows that do not fit into a frame are left for the next page. */
export function answerQuery(connection: Connection, asker: Asker, query: Query, read: ReadPage): void {
  let page = read(asker, query);
  for (let limit = query.limit; tooLong(page) && limit > 1;) {
    limit = Math.max(1, Math.floor(limit / 2));
    page = read(asker, { ...query, limit });
  }
  // A dead letter holds whatever a stranger has written: it must not hide the list.
  if (tooLong(page)) page = { ...page, rows: page.rows.map(shortened) };
  if (tooLong(page)) page = { rows: [], next: page.next, error: 'One row is too long for a frame.' };
  sendFrame(connection, query.id, { type: 'rows', ...page });
}

function tooLong(page: Page): boolean {
  return Buffer.byteLength(JSON.stringify(page)) > ANSWER_BYTES;
}

/** The row with its long texts cut, which says so. */
function shortened(row: Page['rows'][number]): Page['rows'][number] {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name,
    typeof value === 'string' && value.length > LONG_TEXT
      ? `${value.slice(0, LONG_TEXT)}… (${value.length} characters)` : value]));
}

const LONG_TEXT = 1_000;
/** Room for an answer in a frame of 64 KiB, beside the envelope. */
const ANSWER_BYTES = 64_000;

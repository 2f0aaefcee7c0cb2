// What happened on a wallet between two times, as the database has it, and whose wallet it is.
import type { Account } from '../../shared/account.ts';
import { parseAccount } from '../../shared/account.ts';
import type { Currency } from '../../shared/money.ts';
import { type StatedMovement, type Statement, statementOf, type WalletOwner } from '../core/statement.ts';
import { defineCodec, json, nullable, type SqlRecord, text } from './columns.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';
import { movementRow, ofAccount, SELECT_MOVEMENTS } from './movements.ts';

export type StatementOf = (account: Account, span: { startMs: number; endMs: number }) => Statement[];
/** Undefined: there is no such wallet (any more). */
export type WalletOwnerOf = (account: Account) => WalletOwner | undefined;

export function prepareStatement(db: Sqlite): StatementOf {
  const before = db.prepare(`SELECT m.currency, sum(p.amount_minor) AS sum FROM postings p
    JOIN movements m ON m.row_id = p.movement_id WHERE p.account = ? AND m.at_ms < ? GROUP BY m.currency`);
  const within = db.prepare(`${SELECT_MOVEMENTS} WHERE ${ofAccount('?')} AND at_ms >= ? AND at_ms < ?
    ORDER BY row_id`);
  const documentOf = prepareDocuments(db);
  const balances = (account: Account, atMs: number): Map<Currency, number> =>
    new Map((before.all(account, atMs) as { currency: Currency; sum: number }[])
      .map(({ currency, sum }) => [currency, sum]));
  return db.transaction((account: Account, { startMs, endMs }: { startMs: number; endMs: number }): Statement[] => {
    const [openings, closings] = [balances(account, startMs), balances(account, endMs)];
    const movements = (within.all(account, startMs, endMs) as SqlRecord[]).map(movementRow)
      .map((movement): StatedMovement => ({ ...movement, invoice: documentOf(movement) }));
    return [...closings].sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, closingMinor]) => statementOf(account, {
      currency, openingMinor: openings.get(currency) ?? 0, closingMinor,
      movements: movements.filter((movement) => movement.currency === currency),
    })).filter(({ openingMinor, lines }) => openingMinor !== 0 || lines.length > 0);
  });
}

/** The number of the invoice or credit note that says a movement; null: none does (yet). */
function prepareDocuments(db: Sqlite): (movement: Omit<StatedMovement, 'invoice'>) => string | null {
  const ofTicket = db.prepare('SELECT number FROM invoice_tickets WHERE ticket_id = ?').pluck();
  // A refund's line has no ticket: its document was made together with its movement.
  const ofRefund = db.prepare(`SELECT i.number FROM invoices i JOIN invoice_tickets l ON l.number = i.number
    WHERE i.payer = ? AND i.issued_at_ms = ? AND l.kind = 'refund' AND l.session_id = ? AND l.total_minor = ?`).pluck();
  return ({ kind, ticketId, sessionId, atMs, postings: [own] }) => {
    if (ticketId === null || own === undefined) return null;
    const found = kind === 'refund' ? ofRefund.get(own.account, atMs, sessionId, -own.amountMinor)
      : ofTicket.get(ticketId);
    return typeof found === 'string' ? found : null;
  };
}

const owners = defineCodec<WalletOwner>({
  table: 'wallet_owners', key: [],
  fields: { currency: text(), timeZone: nullable(text()), name: nullable(text()), address: json() },
});

export function prepareWalletOwner(db: Sqlite): WalletOwnerOf {
  const billed = (account: string): string => `(SELECT b.name FROM billing_details b WHERE b.payer = ${account})`;
  const address = (account: string): string =>
    `coalesce((SELECT b.address FROM billing_details b WHERE b.payer = ${account}), '[]') AS address`;
  // UTC is what a person's settings have before she says anything.
  const user = db.prepare(`SELECT u.currency, nullif(p.time_zone, 'UTC') AS time_zone,
      ${billed("'wallet:user:' || u.user_id")} AS name, ${address("'wallet:user:' || u.user_id")}
    FROM users u LEFT JOIN people p ON p.user_id = u.user_id WHERE u.user_id = ?`);
  const group = db.prepare(`SELECT g.currency, g.time_zone,
      coalesce(${billed("'wallet:group:' || g.group_id")}, nullif(g.name, '')) AS name,
      ${address("'wallet:group:' || g.group_id")} FROM user_groups g WHERE g.group_id = ?`);
  return (account) => {
    const parts = parseAccount(account);
    const found = parts?.kind === 'user-wallet' ? user.get(parts.userId)
      : parts?.kind === 'group-wallet' ? group.get(parts.groupId) : undefined;
    return found === undefined ? undefined : owners.decode(found as SqlRecord);
  };
}

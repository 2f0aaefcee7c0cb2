// What happened on an account between two times: what it held before, each movement, what it held afterwards; for each
// currency apart, for a wallet that was emptied may have changed its own.
import type { Account } from '../../shared/account.ts';
import type { Currency } from '../../shared/money.ts';
import type { SqlRecord } from './columns.ts';
import type { Sqlite } from './database.ts';
import { movementRow, ofAccount, SELECT_MOVEMENTS, type StoredMovement } from './movements.ts';

/** A movement as its account sees it: what it got (negative: gave), and what it had afterwards. */
export type StatementLine = Omit<StoredMovement, 'postings' | 'currency'> & {
  readonly amountMinor: number; readonly balanceMinor: number;
  /** The accounts at the other end. */
  readonly against: readonly Account[];
};
export type Statement = {
  readonly currency: Currency; readonly openingMinor: number; readonly lines: readonly StatementLine[];
  readonly closingMinor: number;
};

export type StatementOf = (account: Account, span: { startMs: number; endMs: number }) => Statement[];

export function prepareStatement(db: Sqlite): StatementOf {
  const before = db.prepare(`SELECT m.currency, sum(p.amount_minor) AS sum FROM postings p
    JOIN movements m ON m.row_id = p.movement_id WHERE p.account = ? AND m.at_ms < ? GROUP BY m.currency`);
  const within = db.prepare(`${SELECT_MOVEMENTS} WHERE ${ofAccount('?')} AND at_ms >= ? AND at_ms < ?
    ORDER BY row_id`);
  return db.transaction((account: Account, { startMs, endMs }: { startMs: number; endMs: number }): Statement[] => {
    const openings = new Map((before.all(account, startMs) as { currency: Currency; sum: number }[])
      .map(({ currency, sum }) => [currency, sum]));
    const movements = (within.all(account, startMs, endMs) as SqlRecord[]).map(movementRow);
    const currencies = new Set([...openings.keys(), ...movements.map(({ currency }) => currency)]);
    return [...currencies].sort().map((currency) => statementIn(currency, {
      account, openingMinor: openings.get(currency) ?? 0,
      movements: movements.filter((movement) => movement.currency === currency),
    })).filter(({ openingMinor, lines }) => openingMinor !== 0 || lines.length > 0);
  });
}

function statementIn(
  currency: Currency,
  { account, openingMinor, movements }: {
    readonly account: Account; readonly openingMinor: number; readonly movements: readonly StoredMovement[];
  },
): Statement {
  let balanceMinor = openingMinor;
  const lines = movements.map(({ postings, currency: _same, ...movement }): StatementLine => {
    const own = postings.filter((posting) => posting.account === account);
    const amountMinor = own.reduce((sum, posting) => sum + posting.amountMinor, 0);
    balanceMinor += amountMinor;
    const against = postings.flatMap((posting) => (posting.account === account ? [] : [posting.account]));
    return { ...movement, amountMinor, balanceMinor, against };
  });
  return { currency, openingMinor, lines, closingMinor: balanceMinor };
}

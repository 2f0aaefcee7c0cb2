// Verifies the ledger against itself and against what it was booked for: balances, holds, tickets and credit notes. It
// reads one snapshot and changes nothing. Each rule is one question to the database, whose first row is the first that
// is wrong.
import { parseAccount } from '../../shared/account.ts';
import type { CreditFault } from '../core/invoice-check.ts';
import type { SqlRecord } from './columns.ts';
import { CREDIT_RULES } from './credit-check.ts';
import type { Sqlite } from '../../shared/sqlite/database.ts';

/** A rule that does not hold: where first, what was expected there and what is found, and in how many places. */
export type LedgerFault = {
  readonly rule: LedgerRule;
  /** The movement's number, or the id of the account, session or ticket. */
  readonly at: string;
  readonly expected: number | null;
  readonly found: number | null;
  readonly count: number;
};
export type AccountSum = {
  readonly account: string; readonly currency: string; readonly postings: number; readonly sumMinor: number;
};
export type LedgerReport = {
  readonly movements: number; readonly accounts: readonly AccountSum[];
  /** Empty: sound. */
  readonly faults: readonly LedgerFault[];
};

const WALLETS = `(SELECT 'wallet:user:' || user_id AS account, currency, balance_minor, held_minor FROM users
  UNION ALL SELECT 'wallet:group:' || group_id, currency, balance_minor, held_minor FROM user_groups)`;
const BOOKED_SUMS = `(SELECT p.account, m.currency, sum(p.amount_minor) AS sum FROM postings p
  JOIN movements m ON m.row_id = p.movement_id WHERE p.account LIKE 'wallet:%' GROUP BY p.account, m.currency)`;
const OVER = "(s.settled = 1 OR s.state IN ('rejected', 'cancelled', 'expired', 'completed'))";
const BOOKED = `FROM movements m WHERE m.ticket_id = t.ticket_id
  AND m.kind = CASE t.kind WHEN 'final' THEN 'charge' ELSE 'correction' END`;

/** Each gives columns `at`, `expected`, `found`, the first wrong row first. */
const RULES = {
  // Of each movement.
  'two-sided': `SELECT m.row_id AS at, 2 AS expected, (SELECT count(*) FROM postings p WHERE p.movement_id = m.row_id)
    AS found FROM movements m WHERE found < 2 ORDER BY m.row_id`,
  balanced: `SELECT movement_id AS at, 0 AS expected, sum(amount_minor) AS found FROM postings GROUP BY movement_id
    HAVING found <> 0 ORDER BY movement_id`,
  'running-balance': `SELECT movement_id AS at, expected, balance_minor AS found FROM (
      SELECT p.movement_id, p.balance_minor, sum(p.amount_minor) OVER (PARTITION BY p.account, m.currency
        ORDER BY p.movement_id, p.place ROWS UNBOUNDED PRECEDING) AS expected
      FROM postings p JOIN movements m ON m.row_id = p.movement_id WHERE p.account LIKE 'wallet:%')
    WHERE balance_minor IS NOT expected ORDER BY movement_id`,
  // Of each wallet.
  'wallet-balance': `SELECT w.account AS at, coalesce(b.sum, 0) AS expected, w.balance_minor AS found
    FROM ${WALLETS} w LEFT JOIN ${BOOKED_SUMS} b ON b.account = w.account AND b.currency = w.currency
    WHERE found <> expected ORDER BY w.account`,
  'wallet-of-nobody': `SELECT b.account AS at, 0 AS expected, b.sum AS found
    FROM ${BOOKED_SUMS} b LEFT JOIN ${WALLETS} w ON w.account = b.account AND w.currency = b.currency
    WHERE w.account IS NULL AND b.sum <> 0 ORDER BY b.account`,
  // Of each hold.
  'hold-of-session': `SELECT h.session_id AS at, coalesce(s.hold_minor, 0) AS expected, h.found FROM (
      SELECT session_id, sum(CASE WHEN change IN ('opened', 'enlarged') THEN amount_minor ELSE -amount_minor END)
        AS found FROM holds GROUP BY session_id) h
    LEFT JOIN charging_sessions s ON s.session_id = h.session_id WHERE h.found <> expected ORDER BY h.session_id`,
  'hold-when-over': `SELECT s.session_id AS at, 0 AS expected, s.hold_minor AS found FROM charging_sessions s
    WHERE s.hold_minor <> 0 AND ${OVER} ORDER BY s.session_id`,
  'wallet-held': `SELECT w.account AS at, coalesce(h.sum, 0) AS expected, w.held_minor AS found
    FROM ${WALLETS} w LEFT JOIN (SELECT payer, sum(hold_minor) AS sum FROM charging_sessions WHERE hold_minor <> 0
      GROUP BY payer) h ON h.payer = w.account
    WHERE found <> expected ORDER BY w.account`,
  // Of each ticket.
  'ticket-booked-once': `SELECT t.ticket_id AS at, 1 AS expected, (SELECT count(*) ${BOOKED}) AS found
    FROM tickets t WHERE found <> 1 ORDER BY t.row_id`,
  'ticket-total': `SELECT t.ticket_id AS at, t.total_minor AS expected, (SELECT -sum(p.amount_minor) FROM postings p
      WHERE p.place = 0 AND p.movement_id IN (SELECT m.row_id ${BOOKED})) AS found
    FROM tickets t WHERE found <> expected ORDER BY t.row_id`,
  'charge-without-ticket': `SELECT m.row_id AS at, 1 AS expected, 0 AS found FROM movements m
    WHERE m.kind IN ('charge', 'correction')
      AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.ticket_id = m.ticket_id) ORDER BY m.row_id`,
  'settled-without-ticket': `SELECT s.session_id AS at, 1 AS expected, 0 AS found FROM charging_sessions s
    WHERE s.settled = 1 AND s.usage IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.ticket_id = s.ticket_id) ORDER BY s.session_id`,
  'ticket-payment': `SELECT t.ticket_id AS at, t.total_minor AS expected, p.paid_minor AS found
    FROM tickets t LEFT JOIN ticket_payments p ON p.ticket_id = t.ticket_id
    WHERE p.paid_minor IS NULL OR p.paid_minor NOT IN (0, t.total_minor) OR p.refunded_minor > p.paid_minor
    ORDER BY t.row_id`,
  'ticket-refunds': `SELECT t.ticket_id AS at, coalesce(r.sum, 0) AS expected, t.refunded_minor AS found
    FROM ticket_payments t LEFT JOIN (SELECT m.ticket_id, sum(p.amount_minor) AS sum FROM movements m
      JOIN postings p ON p.movement_id = m.row_id AND p.place = 0 WHERE m.kind = 'refund' GROUP BY m.ticket_id) r
      ON r.ticket_id = t.ticket_id
    WHERE found <> expected ORDER BY t.ticket_id`,
  // Of each claim for charging at home.
  'claim-paid-once': `SELECT c.claim_id AS at, CASE c.state WHEN 'paid' THEN c.amount_minor ELSE 0 END AS expected,
      coalesce((SELECT sum(p.amount_minor) FROM movements m JOIN postings p ON p.movement_id = m.row_id
        WHERE m.kind = 'reimbursement' AND m.reason = 'home charging, claim ' || c.claim_id
          AND p.account = 'wallet:user:' || c.claimant_id), 0) AS found
    FROM claims c WHERE found <> expected ORDER BY c.rowid`,
  'reimbursement-of-claim': `SELECT m.row_id AS at, 1 AS expected, 0 AS found FROM movements m
    WHERE m.kind = 'reimbursement' AND NOT EXISTS (SELECT 1 FROM claims c WHERE c.state = 'paid'
      AND m.reason = 'home charging, claim ' || c.claim_id) ORDER BY m.row_id`,
  // Of what was given back.
  ...CREDIT_RULES,
} as const;
export type LedgerRule = keyof typeof RULES | 'known-account';

export function prepareLedgerCheck(db: Sqlite): () => LedgerReport {
  const rules = (Object.keys(RULES) as (keyof typeof RULES)[]).map((rule) => ({ rule, rows: db.prepare(RULES[rule]) }));
  const movements = db.prepare('SELECT count(*) FROM movements').pluck();
  const sums = db.prepare(`SELECT p.account, m.currency, count(*) AS postings, sum(p.amount_minor) AS sumMinor
    FROM postings p JOIN movements m ON m.row_id = p.movement_id GROUP BY p.account, m.currency ORDER BY 1, 2`);
  return db.transaction((): LedgerReport => {
    const accounts = sums.all() as AccountSum[];
    const foreign = accounts.filter(({ account }) => parseAccount(account) === undefined);
    const [first] = foreign;
    const faults: LedgerFault[] = first === undefined ? []
      : [{ rule: 'known-account', at: first.account, expected: null, found: null, count: foreign.length }];
    for (const { rule, rows } of rules) {
      const fault = firstOf(rule, rows.iterate() as Iterable<SqlRecord>);
      if (fault !== null) faults.push(fault);
    }
    return { movements: Number(movements.get()), accounts, faults };
  });
}

/** What ledger and credit notes do not agree in, for whoever checks the invoices. */
export function prepareCreditCheck(db: Sqlite): () => CreditFault[] {
  const rules = (Object.keys(CREDIT_RULES) as (keyof typeof CREDIT_RULES)[])
    .map((rule) => ({ rule, rows: db.prepare(CREDIT_RULES[rule]) }));
  return () => rules.flatMap(({ rule, rows }) => firstOf(rule, rows.iterate() as Iterable<SqlRecord>) ?? []);
}

function firstOf<R extends LedgerRule>(
  rule: R, rows: Iterable<SqlRecord>,
): (LedgerFault & { readonly rule: R }) | null {
  let first: SqlRecord | null = null;
  let count = 0;
  for (const row of rows) {
    first ??= row;
    count += 1;
  }
  if (first === null) return null;
  const whole = (value: unknown): number | null => (typeof value === 'number' ? value : null);
  return { rule, at: String(first['at']), expected: whole(first['expected']), found: whole(first['found']), count };
}

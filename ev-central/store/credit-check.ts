// Compares what the ledger gave back of charges that are on invoices with the credit notes, in both directions. Each
// rule is one question to the database, which holds no more than the refunds and the lines of credit notes.
import type { CreditRule } from '../core/invoice-check.ts';

/** Of refunds, how many gave an amount back of one charge at one moment; `noted`, how many credit notes say so. */
const GIVEN = `given AS (SELECT min(m.row_id) AS row_id, m.session_id, m.at_ms, p.account, m.currency, p.amount_minor,
    count(*) AS times
  FROM movements m JOIN postings p ON p.movement_id = m.row_id AND p.place = 0
  WHERE m.kind = 'refund' AND m.ticket_id IS NOT NULL
  GROUP BY m.session_id, m.at_ms, p.account, m.currency, p.amount_minor)`;
const NOTED = `noted AS (SELECT min(i.row_id) AS row_id, min(i.number) AS number, l.session_id, i.issued_at_ms AS at_ms,
    i.payer AS account, i.currency, -l.total_minor AS amount_minor, count(*) AS times
  FROM invoices i JOIN invoice_tickets l ON l.number = i.number
  WHERE l.kind = 'refund' GROUP BY l.session_id, i.issued_at_ms, i.payer, i.currency, l.total_minor)`;
const SAME = (a: string, b: string): string => ['session_id', 'at_ms', 'account', 'currency', 'amount_minor']
  .map((column) => `${a}.${column} = ${b}.${column}`).join(' AND ');

/** The first ticket of the session was on an invoice when that happened: what gives it back is a credit note. */
const WAS_INVOICED = (of: string): string => `EXISTS (SELECT 1 FROM tickets t
  JOIN invoice_tickets l ON l.ticket_id = t.ticket_id JOIN invoices i ON i.number = l.number
  WHERE t.session_id = ${of}.session_id AND t.kind = 'final' AND i.issued_at_ms <= ${of}.at_ms)`;
const ISSUER_WAS_THERE = (of: string): string => `EXISTS (SELECT 1 FROM invoicing_spans s
  WHERE s.from_ms <= ${of}.at_ms AND (s.until_ms IS NULL OR ${of}.at_ms < s.until_ms))`;

export const CREDIT_RULES: { readonly [R in CreditRule]: string } = {
  'refund-credited': `WITH ${GIVEN}, ${NOTED}
    SELECT g.row_id AS at, g.amount_minor * g.times AS expected, g.amount_minor * coalesce(n.times, 0) AS found
    FROM given g LEFT JOIN noted n ON ${SAME('n', 'g')}
    WHERE coalesce(n.times, 0) < g.times AND ${WAS_INVOICED('g')} AND ${ISSUER_WAS_THERE('g')} ORDER BY g.row_id`,
  'correction-credited': `SELECT m.row_id AS at, p.amount_minor AS expected, coalesce((SELECT -l.total_minor
      FROM invoice_tickets l WHERE l.ticket_id = m.ticket_id), 0) AS found
    FROM movements m JOIN postings p ON p.movement_id = m.row_id AND p.place = 0
    WHERE m.kind = 'correction' AND p.amount_minor > 0 AND found <> expected
      AND ${WAS_INVOICED('m')} AND ${ISSUER_WAS_THERE('m')}
      AND NOT EXISTS (SELECT 1 FROM uninvoiced_tickets u WHERE u.ticket_id = m.ticket_id) ORDER BY m.row_id`,
  'credit-note-booked': `WITH ${GIVEN}, ${NOTED}, wrong AS (
      SELECT n.row_id, n.number AS at, n.amount_minor * n.times AS expected,
        n.amount_minor * coalesce(g.times, 0) AS found
      FROM noted n LEFT JOIN given g ON ${SAME('g', 'n')} WHERE coalesce(g.times, 0) < n.times
      UNION ALL SELECT i.row_id, i.number, -l.total_minor, coalesce((SELECT p.amount_minor FROM movements m
          JOIN postings p ON p.movement_id = m.row_id AND p.place = 0
          WHERE m.ticket_id = l.ticket_id AND m.kind = 'correction'), 0) AS found
      FROM invoices i JOIN invoice_tickets l ON l.number = i.number
      WHERE i.kind = 'credit-note' AND l.kind <> 'refund' AND found <> -l.total_minor)
    SELECT at, expected, found FROM wrong ORDER BY row_id`,
  'credited-of-session': `SELECT s.session_id AS at, coalesce(n.sum, 0) AS expected, s.credited_minor AS found
    FROM invoiced_sessions s LEFT JOIN (SELECT l.session_id, -sum(l.total_minor) AS sum FROM invoices i
      JOIN invoice_tickets l ON l.number = i.number WHERE i.kind = 'credit-note' GROUP BY l.session_id) n
      ON n.session_id = s.session_id
    WHERE found <> expected ORDER BY s.session_id`,
};

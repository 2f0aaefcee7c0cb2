-- Money as double entry: each movement has postings that add up to 0, and none of them is ever changed or deleted. What
-- the ledger of single entries held becomes movements with what stood against each: docs/decisions/0025-double-entry.md.
CREATE TABLE movements (
  row_id INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,                      -- MOVEMENT_KINDS in ev-central/core/ledger.ts
  currency TEXT NOT NULL,
  session_id TEXT,
  ticket_id TEXT,
  reason TEXT NOT NULL,
  ordered_by TEXT NOT NULL                 -- 'ev-central' when nobody ordered it
) STRICT;
CREATE INDEX movements_by_session ON movements (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX movements_by_ticket ON movements (ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX movements_by_time ON movements (at_ms);

CREATE TABLE postings (
  movement_id INTEGER NOT NULL REFERENCES movements (row_id),
  place INTEGER NOT NULL,                  -- from 0; the wallet that the movement is about stands first
  account TEXT NOT NULL,                   -- shared/account.ts
  amount_minor INTEGER NOT NULL,
  balance_minor INTEGER,                   -- what a wallet held afterwards; NULL for other accounts
  PRIMARY KEY (movement_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX postings_by_account ON postings (account, movement_id);

-- An old entry did not name its currency. A wallet changes its currency only when it is empty: so entries between two
-- empty balances are in one currency, that of a session among them or else that of the user.
CREATE TEMP TABLE old_entries AS
WITH stretches AS (
  SELECT l.*, coalesce(sum(l.balance_minor = 0) OVER (
      PARTITION BY l.user_id ORDER BY l.row_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS stretch,
    s.currency AS session_currency, coalesce(t.site_id, s.site_id) AS site_id
  FROM ledger l LEFT JOIN charging_sessions s ON s.session_id = l.session_id
  LEFT JOIN tickets t ON t.ticket_id = l.ticket_id
)
SELECT e.*, coalesce(max(e.session_currency) OVER (PARTITION BY e.user_id, e.stretch), u.currency,
    (SELECT min(currency) FROM users), 'EUR') AS currency
FROM stretches e LEFT JOIN users u ON u.user_id = e.user_id;

INSERT INTO movements SELECT row_id, at_ms, kind, currency, session_id, ticket_id, reason, 'ev-central'
FROM old_entries ORDER BY row_id;
INSERT INTO postings SELECT row_id, 0, 'wallet:user:' || user_id, amount_minor, balance_minor FROM old_entries;
INSERT INTO postings SELECT row_id, 1, CASE
    WHEN kind IN ('charge', 'correction') AND site_id IS NOT NULL THEN 'revenue:' || site_id
    WHEN kind = 'top-up' THEN 'cash' ELSE 'adjustments' END, -amount_minor, NULL FROM old_entries;
DROP TABLE old_entries;
DROP TABLE ledger;

CREATE TRIGGER movements_stay BEFORE UPDATE ON movements
BEGIN SELECT raise(ABORT, 'a movement of the ledger is never changed: book another one'); END;
CREATE TRIGGER movements_are_kept BEFORE DELETE ON movements
BEGIN SELECT raise(ABORT, 'a movement of the ledger is never deleted'); END;
CREATE TRIGGER postings_stay BEFORE UPDATE ON postings
BEGIN SELECT raise(ABORT, 'a posting of the ledger is never changed: book another movement'); END;
CREATE TRIGGER postings_are_kept BEFORE DELETE ON postings
BEGIN SELECT raise(ABORT, 'a posting of the ledger is never deleted'); END;

-- Who pays for a session: its driver, so far.
ALTER TABLE charging_sessions ADD COLUMN payer TEXT NOT NULL DEFAULT '';
UPDATE charging_sessions SET payer = 'wallet:user:' || driver_id;
ALTER TABLE holds ADD COLUMN account TEXT NOT NULL DEFAULT '';
UPDATE holds SET account = 'wallet:user:' || user_id;

-- Groups whose wallet pays for their members.
CREATE TABLE user_groups (
  group_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,                      -- family, fleet
  currency TEXT NOT NULL,
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  members TEXT NOT NULL,                   -- JSON: [{ userId, role, paid, limits }]
  limits TEXT NOT NULL,                    -- JSON: { perSessionMinor, perMonthMinor }
  site_ids TEXT,                           -- JSON: [site]; NULL: everywhere
  hours TEXT,                              -- JSON: { fromMinute, toMinute }; NULL: at any time
  time_zone TEXT NOT NULL,                 -- in which a month begins
  balance_minor INTEGER NOT NULL,
  held_minor INTEGER NOT NULL CHECK (held_minor >= 0),
  spent TEXT NOT NULL                      -- JSON: [{ userId, month, amountMinor }]
) STRICT;

-- What each ticket was paid with, and what of it was given back.
CREATE TABLE ticket_payments (
  ticket_id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL,
  site_id TEXT NOT NULL,
  payer TEXT NOT NULL,
  currency TEXT NOT NULL,
  paid_minor INTEGER NOT NULL,
  vat_minor INTEGER NOT NULL,
  refunded_minor INTEGER NOT NULL CHECK (refunded_minor BETWEEN 0 AND paid_minor OR refunded_minor = 0),
  refunded_vat_minor INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO ticket_payments SELECT ticket_id, session_id, site_id, 'wallet:user:' || driver_id, currency, total_minor, 0,
  0, 0 FROM tickets;

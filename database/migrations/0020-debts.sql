-- Wallets that owe something, and their reminders (docs/decisions/0036-debts.md).
CREATE TABLE debts (
  account TEXT PRIMARY KEY,                -- a wallet, see shared/account.ts
  currency TEXT NOT NULL,
  since_ms INTEGER NOT NULL,
  step INTEGER NOT NULL CHECK (step >= 0), -- reminders that were sent
  is_final INTEGER NOT NULL,
  due_ms INTEGER,                          -- of the next one; null: none is due
  paused_until_ms INTEGER,
  note TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Who owes already, since the first movement after the last one that left something there. No reminder is due yet: the
-- start that follows makes that, by its settings.
INSERT INTO debts
SELECT w.account, w.currency, coalesce((
    SELECT min(m.at_ms) FROM postings p JOIN movements m ON m.row_id = p.movement_id
    WHERE p.account = w.account AND p.movement_id > coalesce((
      SELECT max(q.movement_id) FROM postings q WHERE q.account = w.account AND q.balance_minor >= 0), 0)), 0),
  0, 0, NULL, NULL, ''
FROM (
  SELECT 'wallet:user:' || user_id AS account, currency, balance_minor FROM users
  UNION ALL SELECT 'wallet:group:' || group_id, currency, balance_minor FROM user_groups
) w WHERE w.balance_minor < 0;

-- What a letter is about, where that is more than an account.
ALTER TABLE mails ADD COLUMN facts TEXT;   -- JSON: { owedMinor, currency, sinceMs, groupId }

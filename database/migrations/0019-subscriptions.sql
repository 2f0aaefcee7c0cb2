-- Plans with a fee by the month and a discount, and who has one.

CREATE TABLE plans (
  plan_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  currency TEXT NOT NULL,
  monthly_fee_minor INTEGER NOT NULL CHECK (monthly_fee_minor >= 0),
  vat_percent TEXT NOT NULL,
  discount TEXT NOT NULL,                  -- JSON: { energyPercent, timePercent, flatPercent, perKwh }, decimal text
  site_ids TEXT,                           -- JSON; null: everywhere
  valid_from_ms INTEGER,
  valid_to_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE subscriptions (
  user_id TEXT PRIMARY KEY,
  plan_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'cancelled', 'lapsed')),
  since_ms INTEGER NOT NULL,
  due_ms INTEGER NOT NULL,                 -- the paid month is over then
  months INTEGER NOT NULL CHECK (months > 0),
  why TEXT NOT NULL
) STRICT, WITHOUT ROWID;

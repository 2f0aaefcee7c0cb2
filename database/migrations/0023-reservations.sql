-- Connectors that are kept for somebody. docs/decisions/0038-reservations.md.
CREATE TABLE reservations (
  reservation_id TEXT PRIMARY KEY,
  series_id TEXT,                          -- NULL: it stands alone
  user_id TEXT NOT NULL,
  payer TEXT NOT NULL,                     -- the wallet that pays the fee
  site_id TEXT NOT NULL,
  point_id TEXT NOT NULL,
  connector_no INTEGER NOT NULL,
  begins_at_ms INTEGER NOT NULL,
  ends_at_ms INTEGER NOT NULL,
  state TEXT NOT NULL,                     -- booked, active, checked-in, fulfilled, cancelled, no-show, expired
  state_since_ms INTEGER NOT NULL,
  booked_at_ms INTEGER NOT NULL,
  currency TEXT NOT NULL,
  fee_minor INTEGER NOT NULL,
  hold_minor INTEGER NOT NULL,
  taken_minor INTEGER NOT NULL,
  ticket_id TEXT,                          -- of what was taken; its session has the reservation's id
  session_id TEXT,                         -- the charge that it is used for
  terms TEXT NOT NULL,                     -- JSON: what held when it was booked
  tariff TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  reminded INTEGER NOT NULL CHECK (reminded IN (0, 1)),
  begun INTEGER NOT NULL CHECK (begun IN (0, 1)),
  due_ms INTEGER,                          -- when something happens to it by itself
  why TEXT NOT NULL,
  CHECK (begins_at_ms < ends_at_ms)
) STRICT;
CREATE INDEX reservations_by_user ON reservations (user_id);
CREATE INDEX reservations_by_site ON reservations (site_id, begins_at_ms);
CREATE INDEX reservations_due ON reservations (due_ms) WHERE due_ms IS NOT NULL;
CREATE INDEX reservations_by_time ON reservations (state_since_ms);
-- Recurring ones: each makes its occurrences as time goes.
CREATE TABLE reservation_series (
  series_id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  site_id TEXT NOT NULL,
  point_id TEXT NOT NULL,
  connector_no INTEGER NOT NULL,
  begins_at_ms INTEGER NOT NULL,           -- of the first occurrence
  ends_at_ms INTEGER NOT NULL,
  repeat TEXT NOT NULL,                    -- JSON: { every, times }
  time_zone TEXT NOT NULL,
  state TEXT NOT NULL,                     -- active, ended
  made INTEGER NOT NULL,                   -- occurrences that were looked at
  missed TEXT NOT NULL,                    -- JSON: those that could not be booked, and why
  due_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX reservation_series_by_user ON reservation_series (user_id);

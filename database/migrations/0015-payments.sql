-- Payments through a gateway. The operation under way stands in its row (JSON) until its outcome was committed: a crash at
-- any moment repeats it under the same idempotency key.
CREATE TABLE payments (
  payment_id TEXT PRIMARY KEY,
  purpose TEXT NOT NULL,
  user_id TEXT NOT NULL,
  session_id TEXT,                   -- that a pre-authorization pays
  gateway TEXT NOT NULL,
  reference TEXT,                    -- the gateway's own id
  token TEXT NOT NULL,               -- the means of payment; '' when the gateway has taken it in
  currency TEXT NOT NULL,
  amount_minor INTEGER NOT NULL,
  state TEXT NOT NULL,
  captured_minor INTEGER NOT NULL,
  refunded_minor INTEGER NOT NULL,
  booked_minor INTEGER NOT NULL,
  booked_back_minor INTEGER NOT NULL,
  operation TEXT,
  operations INTEGER NOT NULL,
  cancel_wanted INTEGER NOT NULL,
  last_error TEXT,
  corr TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  changed_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX payments_by_user ON payments (user_id);
CREATE INDEX payments_by_session ON payments (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX payments_by_reference ON payments (gateway, reference);
CREATE INDEX payments_by_change ON payments (changed_at_ms);
-- Webhooks that were taken in: gateway/id.
CREATE TABLE payment_events (
  event_key TEXT PRIMARY KEY,
  payment_id TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX payment_events_by_time ON payment_events (at_ms);

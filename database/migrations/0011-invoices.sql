-- Invoices and credit notes: what was issued stays as it was issued (docs/decisions/0029-invoices.md).

-- How a payer is billed. Personal data is kept here alone, and copied into an invoice when it is made.
CREATE TABLE billing_details (
  user_id TEXT PRIMARY KEY,
  policy TEXT,                             -- per-session, monthly; NULL: the issuer's
  name TEXT,
  address TEXT NOT NULL,                   -- JSON: [line]
  vat_id TEXT
) STRICT;

-- The last number given of each series, <prefix>-<year>.
CREATE TABLE invoice_series (
  series_id TEXT PRIMARY KEY,
  last INTEGER NOT NULL CHECK (last > 0)
) STRICT;

-- Tickets that wait for the end of the month.
CREATE TABLE uninvoiced_tickets (
  ticket_id TEXT PRIMARY KEY,
  payer_id TEXT NOT NULL,
  currency TEXT NOT NULL,
  issued_at_ms INTEGER NOT NULL,
  ticket TEXT NOT NULL                     -- JSON: as it will stand on the invoice
) STRICT;

-- Which invoice holds the first ticket of a session, and how much of that was given back.
CREATE TABLE invoiced_sessions (
  session_id TEXT PRIMARY KEY,
  number TEXT NOT NULL,
  payer_id TEXT NOT NULL,
  vat TEXT NOT NULL,                       -- JSON, as in tickets
  total_minor INTEGER NOT NULL,
  credited_minor INTEGER NOT NULL
) STRICT;

-- When EV_Central had an issuer: tickets of other times are on no invoice.
CREATE TABLE invoicing_spans (
  span_id TEXT PRIMARY KEY,
  from_ms INTEGER NOT NULL,
  until_ms INTEGER                         -- NULL: still
) STRICT;

CREATE TABLE invoices (
  row_id INTEGER PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,                      -- invoice, credit-note
  corrects TEXT REFERENCES invoices (number),
  payer_id TEXT NOT NULL,
  issued_at_ms INTEGER NOT NULL,
  time_zone TEXT NOT NULL,
  issuer TEXT NOT NULL,                    -- JSON: { name, address, vatId, footer }
  buyer TEXT NOT NULL,                     -- JSON: { name, address, vatId }
  currency TEXT NOT NULL,
  ticket_count INTEGER NOT NULL CHECK (ticket_count > 0),
  vat TEXT NOT NULL,                       -- JSON: [{ rate, netMinor, vatMinor }]
  net_minor INTEGER NOT NULL,
  vat_minor INTEGER NOT NULL,
  total_minor INTEGER NOT NULL CHECK (total_minor = net_minor + vat_minor),
  paid_minor INTEGER NOT NULL,
  due_minor INTEGER NOT NULL CHECK (due_minor = total_minor - paid_minor)
) STRICT;
CREATE INDEX invoices_by_payer ON invoices (payer_id);

CREATE TABLE invoice_tickets (
  number TEXT NOT NULL REFERENCES invoices (number),
  place INTEGER NOT NULL CHECK (place > 0),
  ticket_id TEXT UNIQUE REFERENCES tickets (ticket_id) DEFERRABLE INITIALLY DEFERRED, -- NULL: a refund
  session_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  site_id TEXT NOT NULL,
  site_name TEXT NOT NULL,
  point_id TEXT NOT NULL,
  connector_no INTEGER NOT NULL,
  time_zone TEXT NOT NULL,
  started_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER NOT NULL,
  energy_wh INTEGER NOT NULL,
  lines TEXT NOT NULL,                     -- JSON: [{ text, quantity, amount }]
  net_minor INTEGER NOT NULL,
  vat_minor INTEGER NOT NULL,
  total_minor INTEGER NOT NULL CHECK (total_minor = net_minor + vat_minor),
  vat TEXT NOT NULL,                       -- JSON, as in tickets
  PRIMARY KEY (number, place)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER invoices_stay BEFORE UPDATE ON invoices
BEGIN SELECT RAISE(ABORT, 'an invoice is never changed'); END;
CREATE TRIGGER invoices_are_kept BEFORE DELETE ON invoices
BEGIN SELECT RAISE(ABORT, 'an invoice is never deleted'); END;
CREATE TRIGGER invoice_tickets_stay BEFORE UPDATE ON invoice_tickets
BEGIN SELECT RAISE(ABORT, 'an invoice is never changed'); END;
CREATE TRIGGER invoice_tickets_are_kept BEFORE DELETE ON invoice_tickets
BEGIN SELECT RAISE(ABORT, 'an invoice is never deleted'); END;
CREATE TRIGGER invoice_tickets_are_whole BEFORE INSERT ON invoice_tickets
WHEN NEW.place > (SELECT ticket_count FROM invoices WHERE number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'nothing is added to an invoice'); END;

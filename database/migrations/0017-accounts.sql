-- What a person is called and where she is written to; nothing else holds it. docs/decisions/0030-accounts.md.
CREATE TABLE people (
  user_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT,                              -- verified; NULL: none is known
  language TEXT NOT NULL,                  -- en, es, pt
  time_zone TEXT NOT NULL                  -- IANA name
) STRICT;
-- Codes that were sent by letter, each for one use. The code itself is not stored: it is made of the id, under a key.
CREATE TABLE account_codes (
  code_id TEXT PRIMARY KEY,                -- the letter's
  purpose TEXT NOT NULL,                   -- register, verify-email, reset-password
  user_id TEXT,                            -- NULL: a registration, nobody has the account yet
  email TEXT NOT NULL,
  registration TEXT,                       -- JSON: what the account will be; NULL: no registration
  expires_at_ms INTEGER NOT NULL
) STRICT;
-- Letters that must arrive; a day after they were sent or given up they go.
CREATE TABLE mails (
  mail_id TEXT PRIMARY KEY,
  user_id TEXT,
  what TEXT NOT NULL,
  email TEXT NOT NULL,
  language TEXT NOT NULL,
  state TEXT NOT NULL,                     -- waiting, sending, sent, given-up
  failures INTEGER NOT NULL,
  made_at_ms INTEGER NOT NULL,
  next_at_ms INTEGER NOT NULL,
  error TEXT NOT NULL
) STRICT;
CREATE TABLE vehicles (
  user_id TEXT NOT NULL,
  vehicle_id TEXT NOT NULL,
  battery_wh INTEGER NOT NULL,
  connector_type TEXT NOT NULL,
  max_power_w INTEGER NOT NULL,
  PRIMARY KEY (user_id, vehicle_id)
) STRICT;
-- Cards, apps and QR codes that stand for a person.
CREATE TABLE tokens (
  token_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,                      -- rfid, app, qr
  user_id TEXT NOT NULL,
  blocked INTEGER NOT NULL,
  expires_at_ms INTEGER,
  issued_at_ms INTEGER NOT NULL
) STRICT;

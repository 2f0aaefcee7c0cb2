-- The second factor of a user's log-ins: docs/decisions/0027-people.md.
CREATE TABLE second_factors (
  user_id TEXT PRIMARY KEY,
  wrapped_secret TEXT NOT NULL,            -- of the authenticator (TOTP), wrapped by the master key, base64
  confirmed INTEGER NOT NULL,              -- 1: asked for at every log-in
  last_counter INTEGER NOT NULL,           -- the 30 s step of the last code that was taken: none is taken twice
  recovery_sha256s TEXT NOT NULL,          -- JSON: hashes of the recovery codes that are left
  made_at_ms INTEGER NOT NULL
) STRICT;
-- What a person is called and where she is written to; nothing else holds it.
CREATE TABLE people (
  user_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  email_verified INTEGER NOT NULL,
  language TEXT NOT NULL,                  -- a tag, such as es or en-GB
  time_zone TEXT NOT NULL                  -- IANA name
) STRICT;
-- Codes that were sent by mail, each for one use.
CREATE TABLE account_codes (
  sha256 TEXT PRIMARY KEY,                 -- of the code, base64
  user_id TEXT NOT NULL,
  purpose TEXT NOT NULL,                   -- verify-email, reset-password
  activates INTEGER NOT NULL,              -- 1: the account becomes active with it
  expires_at_ms INTEGER NOT NULL
) STRICT;
-- Letters that must arrive. The address is the person's.
CREATE TABLE mails (
  mail_id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  what TEXT NOT NULL,
  wrapped_code TEXT,                       -- wrapped by the master key; NULL: none, or the letter is over
  state TEXT NOT NULL,                     -- waiting, sent, given-up
  attempts INTEGER NOT NULL,
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

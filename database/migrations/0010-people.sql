-- The second factor of a user's log-ins: docs/decisions/0027-people.md.
CREATE TABLE second_factors (
  user_id TEXT PRIMARY KEY,
  wrapped_secret TEXT NOT NULL,            -- of the authenticator (TOTP), wrapped by the master key, base64
  confirmed INTEGER NOT NULL,              -- 1: asked for at every log-in
  last_counter INTEGER NOT NULL,           -- the 30 s step of the last code that was taken: none is taken twice
  recovery_sha256s TEXT NOT NULL,          -- JSON: hashes of the recovery codes that are left
  made_at_ms INTEGER NOT NULL
) STRICT;

-- The REST API: log-ins with their refresh tokens, keys of machines, and calls that were carried out. Tokens and keys are
-- kept as SHA-256 (base64url) of random secrets: whoever reads them here can do nothing with them.
CREATE TABLE api_sessions (
  access_id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  refresh_sha256 TEXT NOT NULL,            -- of the refresh token that is valid now
  created_at_ms INTEGER NOT NULL,
  used_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  revoked_at_ms INTEGER,
  address TEXT NOT NULL,
  agent TEXT NOT NULL
) STRICT;

CREATE TABLE api_keys (
  access_id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,                    -- JSON: [permission]
  secret_sha256 TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER,
  revoked_at_ms INTEGER
) STRICT;

CREATE TABLE api_calls (
  call_id TEXT PRIMARY KEY,
  body_sha256 TEXT NOT NULL,
  answer TEXT NOT NULL,                    -- JSON, see ApiAnswer in ev-central/core/api-rows.ts
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX api_calls_by_time ON api_calls (at_ms);

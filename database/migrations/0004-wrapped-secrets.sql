-- A point's secret is kept as the master key wraps it: its SHA-256 alone is enough to authenticate as the point. SQL has no
-- master key, so the store wraps what stands in the old column when it opens the database, and empties it
-- (ev-central/store/old-secrets.ts). That column has another name now, so that an EV_Central of the version before that
-- still runs on this file fails, rather than leave a bare hash here. Later migrations let both columns be.
ALTER TABLE charging_points RENAME COLUMN secret_sha256 TO unwrapped_sha256;
ALTER TABLE charging_points ADD COLUMN wrapped_secret TEXT; -- of its SHA-256, base64; NULL when the secret was revoked

-- Each row of the audit log carries a hash over its own content and the hash of the row before it, made with a key that is
-- derived from the master key: docs/decisions/0023-audit-chain.md. SQL has no master key, so the rows that are here
-- already are chained by the store when it opens the database (ev-central/store/old-audit.ts).
ALTER TABLE audit ADD COLUMN hash TEXT; -- HMAC-SHA-256, 64 hexadecimal digits; NULL before the store has chained the row
-- One row: where the chain begins and ends. `seal` is an HMAC over all other columns.
CREATE TABLE audit_chain (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  made_at_ms INTEGER NOT NULL,
  older_row_id INTEGER NOT NULL,           -- the last row that was there before the chain was made; 0: none
  purged_row_id INTEGER NOT NULL,          -- the last row that was deleted for its age; 0: none
  purged_rows INTEGER NOT NULL,
  purged_hash TEXT NOT NULL,               -- its hash, on which the oldest row that is left is built; '' when none
  head_row_id INTEGER NOT NULL,            -- the last row that was written; 0: none
  head_rows INTEGER NOT NULL,              -- all that were ever in the chain
  head_hash TEXT NOT NULL,
  fault_row_id INTEGER,                    -- the first row of which EV_Central itself noticed that it did not fit; 0: this row
  fault_at_ms INTEGER,
  seal TEXT NOT NULL
) STRICT;

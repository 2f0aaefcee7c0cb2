-- How people want to be told of things outside the network's terminals.

CREATE TABLE contact_preferences (
  user_id TEXT PRIMARY KEY,
  phone TEXT,
  chat TEXT,
  quiet_hours TEXT,                        -- JSON: { fromMinute, toMinute }, in the person's zone; null: none
  channels TEXT NOT NULL,                  -- JSON: { kind: [channel] }; a kind that is not there has its usual ones
  sites TEXT NOT NULL,                     -- JSON: [site]; of staff, whose points they are told about
  all_sites INTEGER NOT NULL CHECK (all_sites IN (0, 1)),
  push TEXT NOT NULL                       -- JSON: [{ subscriptionId, endpoint, p256dh, auth }]
) STRICT, WITHOUT ROWID;

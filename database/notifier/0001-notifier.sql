-- What ev-notifier keeps: how far it has read, what happened, whom it tells, and every attempt. People by id alone.

CREATE TABLE installation (
  installation_id TEXT PRIMARY KEY,
  counter INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE bus (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  cluster_id TEXT NOT NULL
) STRICT;

CREATE TABLE offsets (
  topic TEXT NOT NULL,
  partition INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  next INTEGER NOT NULL,
  PRIMARY KEY (topic, partition)
) STRICT, WITHOUT ROWID;

CREATE TABLE occasions (
  occasion_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  site_id TEXT NOT NULL,
  user_ids TEXT NOT NULL,                  -- JSON
  to_staff INTEGER NOT NULL CHECK (to_staff IN (0, 1)),
  facts TEXT NOT NULL,                     -- JSON: ids, quantities, times
  happened_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'spread'))
) STRICT, WITHOUT ROWID;
CREATE INDEX open_occasions ON occasions (happened_at_ms) WHERE state = 'open';

CREATE TABLE deliveries (
  delivery_id TEXT PRIMARY KEY,
  occasion_id TEXT NOT NULL REFERENCES occasions,
  kind TEXT NOT NULL,
  channel TEXT NOT NULL,
  user_id TEXT,
  target TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'dead', 'expired', 'dropped')),
  failures INTEGER NOT NULL,
  made_at_ms INTEGER NOT NULL,
  next_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  provider_id TEXT,
  error TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX open_deliveries ON deliveries (next_at_ms) WHERE state IN ('waiting', 'sending');
CREATE INDEX dead_deliveries ON deliveries (next_at_ms) WHERE state = 'dead';
CREATE INDEX deliveries_of_occasion ON deliveries (occasion_id);

CREATE TABLE delivery_log (
  entry INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  delivery_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  channel TEXT NOT NULL,
  user_id TEXT,
  target TEXT NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL,
  provider_id TEXT
) STRICT;
CREATE INDEX delivery_log_by_time ON delivery_log (at_ms);
CREATE INDEX delivery_log_by_user ON delivery_log (user_id, entry);

CREATE TABLE faulted_points (point_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

-- What a person has asked to be sent again; the running notifier takes it from here.
CREATE TABLE resends (delivery_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

-- Records that no key opens, as they came: a key that is given later opens them.
CREATE TABLE unread (
  topic TEXT NOT NULL,
  partition INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  record_offset INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  why TEXT NOT NULL,
  headers TEXT NOT NULL,                   -- JSON
  value BLOB NOT NULL,
  PRIMARY KEY (topic, partition, epoch, record_offset)
) STRICT, WITHOUT ROWID;

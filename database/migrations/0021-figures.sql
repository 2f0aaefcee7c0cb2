-- Figures: what is counted, added up by places and times in the transaction of what it counts.

CREATE TABLE figures (
  scope TEXT NOT NULL,                     -- network, site, point, user, group
  grain TEXT NOT NULL,                     -- hour (of UTC), day, month, year (of the site's calendar)
  id TEXT NOT NULL,                        -- of the site, point, …; '' for the network
  bucket TEXT NOT NULL,                    -- 2026-03-31T16, 2026-03-31, 2026-03, 2026
  sessions INTEGER NOT NULL DEFAULT 0,
  energy_wh INTEGER NOT NULL DEFAULT 0,
  charging_ms INTEGER NOT NULL DEFAULT 0,
  idle_ms INTEGER NOT NULL DEFAULT 0,
  waits INTEGER NOT NULL DEFAULT 0,
  waits_served INTEGER NOT NULL DEFAULT 0,
  wait_ms INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  charged INTEGER NOT NULL DEFAULT 0,
  first_attempts INTEGER NOT NULL DEFAULT 0,
  first_charged INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (scope, grain, id, bucket)
) STRICT, WITHOUT ROWID;

CREATE TABLE figure_sums (
  scope TEXT NOT NULL,
  grain TEXT NOT NULL,
  id TEXT NOT NULL,
  bucket TEXT NOT NULL,
  currency TEXT NOT NULL,
  total_minor INTEGER NOT NULL DEFAULT 0,
  vat_minor INTEGER NOT NULL DEFAULT 0,
  refunded_minor INTEGER NOT NULL DEFAULT 0,
  refunded_vat_minor INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (scope, grain, id, bucket, currency)
) STRICT, WITHOUT ROWID;

CREATE TABLE figure_causes (
  scope TEXT NOT NULL,                     -- also: connector, such as ALC-01/1
  grain TEXT NOT NULL,
  id TEXT NOT NULL,
  bucket TEXT NOT NULL,
  what TEXT NOT NULL,                      -- failure, first-failure, outage
  cause TEXT NOT NULL,
  times INTEGER NOT NULL DEFAULT 0,
  ms INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (scope, grain, id, bucket, what, cause)
) STRICT, WITHOUT ROWID;

-- What became of each request for a charge.
CREATE TABLE attempts (
  driver_id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  session_id TEXT,
  site_id TEXT,
  point_id TEXT,
  payer TEXT,
  time_zone TEXT NOT NULL,
  requested_at_ms INTEGER NOT NULL,
  queued_at_ms INTEGER,
  left_queue_at_ms INTEGER,
  decided_at_ms INTEGER,
  outcome TEXT,                            -- charged, failed; NULL: not decided yet
  cause TEXT,
  is_first INTEGER NOT NULL CHECK (is_first IN (0, 1)),
  PRIMARY KEY (driver_id, request_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_by_decision ON attempts (driver_id, decided_at_ms);

-- How each connector is now, for as long as it is watched; and how it was when it was not simply up.
CREATE TABLE watched_connectors (
  connector TEXT PRIMARY KEY,              -- ALC-01/1
  point_id TEXT NOT NULL,
  connector_no INTEGER NOT NULL,
  site_id TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  since_ms INTEGER NOT NULL,
  condition TEXT NOT NULL,
  condition_since_ms INTEGER NOT NULL,
  user_id TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE connector_spans (
  row_id INTEGER PRIMARY KEY,
  connector TEXT NOT NULL,
  point_id TEXT NOT NULL,
  connector_no INTEGER NOT NULL,
  site_id TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  condition TEXT NOT NULL,
  user_id TEXT,
  from_ms INTEGER NOT NULL,
  until_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX connector_spans_by_connector ON connector_spans (connector, from_ms);

-- When EV_Central was alive last, and whether the figures hold what was stored before there were any.
CREATE TABLE figure_life (
  id TEXT PRIMARY KEY,
  alive_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE figure_upkeep (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  is_built INTEGER NOT NULL CHECK (is_built IN (0, 1))
) STRICT;
INSERT INTO figure_upkeep VALUES (1, 0);

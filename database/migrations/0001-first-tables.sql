-- The tables of EV_Central. Times are UTC milliseconds, energy is in Wh, power in W, money in minor units of its currency.
-- Columns hold what people ask for; what is nested is JSON (read it with ->>). Rows are written by ev-central/store alone.

CREATE TABLE installation (
  installation_id TEXT PRIMARY KEY,
  counter INTEGER NOT NULL CHECK (counter >= 0)
) STRICT;

CREATE TABLE bus_identity (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  cluster_id TEXT NOT NULL
) STRICT;

-- The registry ---------------------------------------------------------------------------------------------------------

CREATE TABLE tariffs (
  tariff_id TEXT PRIMARY KEY,
  currency TEXT NOT NULL,
  per_session_micros INTEGER NOT NULL,
  bands TEXT NOT NULL                      -- JSON: [{ fromMinute, toMinute, perKwhMicros, perMinuteMicros }]
) STRICT;

CREATE TABLE sites (
  site_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  latitude REAL NOT NULL,
  longitude REAL NOT NULL,
  time_zone TEXT NOT NULL,
  tariff_id TEXT NOT NULL REFERENCES tariffs (tariff_id) DEFERRABLE INITIALLY DEFERRED,
  queue_enabled INTEGER NOT NULL CHECK (queue_enabled IN (0, 1))
) STRICT;
CREATE INDEX sites_by_tariff ON sites (tariff_id);

CREATE TABLE charging_points (
  point_id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES sites (site_id) DEFERRABLE INITIALLY DEFERRED,
  address TEXT NOT NULL,
  latitude REAL NOT NULL,
  longitude REAL NOT NULL,
  connectors TEXT NOT NULL,                -- JSON: [{ connectorNo, type, maxPowerW }]; see the view `connectors`
  secret_sha256 TEXT                       -- base64; NULL when the secret was revoked
) STRICT;
CREATE INDEX charging_points_by_site ON charging_points (site_id);

CREATE VIEW connectors AS
SELECT p.point_id, c.value ->> 'connectorNo' AS connector_no, c.value ->> 'type' AS type,
       c.value ->> 'maxPowerW' AS max_power_w, p.site_id
FROM charging_points p, json_each(p.connectors) c;

-- The four facts from which a point's status is derived, and its numbering.
CREATE TABLE charging_point_states (
  point_id TEXT PRIMARY KEY,
  link TEXT NOT NULL,                      -- JSON: { connected, sinceMs, reason }
  health TEXT NOT NULL,                    -- JSON: { engine, sinceMs, reason }
  operative TEXT NOT NULL,                 -- JSON: { on, sinceMs, note, by }
  barred TEXT,                             -- JSON: { why, sinceMs }
  connectors TEXT NOT NULL,                -- JSON: [{ connectorNo, plugged, faults, … }]
  faults TEXT NOT NULL,                    -- JSON: [code]
  key_id TEXT,
  accepted TEXT,                           -- JSON: { bootId, seq }
  command_number INTEGER NOT NULL,
  evictions_ms TEXT NOT NULL,              -- JSON: [ms]
  connected INTEGER GENERATED ALWAYS AS (link ->> 'connected') VIRTUAL,
  engine TEXT GENERATED ALWAYS AS (health ->> 'engine') VIRTUAL,
  is_operative INTEGER GENERATED ALWAYS AS (operative ->> 'on') VIRTUAL
) STRICT;

CREATE TABLE users (
  user_id TEXT PRIMARY KEY,
  role TEXT NOT NULL,
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  priority_class TEXT NOT NULL,
  limits TEXT NOT NULL,                    -- JSON: { sessionsAtOnce, maxPowerW, hours }
  currency TEXT NOT NULL,
  password_hash TEXT,                      -- bcrypt
  pin_hash TEXT,                           -- bcrypt
  balance_minor INTEGER NOT NULL,
  held_minor INTEGER NOT NULL CHECK (held_minor >= 0),
  notice_number INTEGER NOT NULL,
  reading_key_id TEXT
) STRICT;

-- Sessions -------------------------------------------------------------------------------------------------------------

CREATE TABLE charging_sessions (
  session_id TEXT PRIMARY KEY,
  request_id TEXT NOT NULL,
  corr TEXT NOT NULL,
  driver_id TEXT NOT NULL,
  site_id TEXT NOT NULL,
  point_id TEXT,
  connector_no INTEGER,
  at_point INTEGER NOT NULL CHECK (at_point IN (0, 1)),
  state TEXT NOT NULL,
  state_since_ms INTEGER NOT NULL,
  requested_at_ms INTEGER NOT NULL,
  target TEXT NOT NULL,                    -- JSON
  fit TEXT NOT NULL,                       -- JSON
  goal TEXT NOT NULL,                      -- JSON
  priority_class TEXT NOT NULL,
  queued_at_ms INTEGER,
  told_place INTEGER,
  offered INTEGER NOT NULL CHECK (offered IN (0, 1)),
  hold_minor INTEGER NOT NULL,
  currency TEXT NOT NULL,
  tariff TEXT NOT NULL,                    -- JSON: the tariff that the session keeps
  time_zone TEXT NOT NULL,
  command_number INTEGER,
  plug_by_ms INTEGER,
  started_at_ms INTEGER,
  started_raw_ms INTEGER,
  start_received_ms INTEGER,
  boot_id INTEGER,
  meter_start_wh INTEGER,
  usage TEXT,                              -- JSON: energy and time by price band
  stopping TEXT,                           -- JSON: { reason, sinceMs }
  ended_at_ms INTEGER,
  end_received_ms INTEGER,
  meter_stop_wh INTEGER,
  end_reason TEXT,
  refusal TEXT,
  provisional INTEGER NOT NULL CHECK (provisional IN (0, 1)),
  settled INTEGER NOT NULL CHECK (settled IN (0, 1)),
  energy_wh INTEGER NOT NULL,
  cost_minor INTEGER NOT NULL,
  last_stored_sample INTEGER NOT NULL,
  disputed_wh INTEGER NOT NULL,
  ticket_id TEXT,
  flags TEXT NOT NULL,                     -- JSON: [text]
  changed_at_ms INTEGER NOT NULL           -- when Central wrote the row last
) STRICT;
CREATE INDEX charging_sessions_by_driver ON charging_sessions (driver_id);
CREATE INDEX charging_sessions_by_point ON charging_sessions (point_id);
CREATE INDEX charging_sessions_by_site ON charging_sessions (site_id);
CREATE INDEX charging_sessions_by_state ON charging_sessions (state);
CREATE INDEX charging_sessions_open ON charging_sessions (settled, changed_at_ms);

-- The newest meter sample of a session: one small row, overwritten each second.
CREATE TABLE live_meters (
  session_id TEXT PRIMARY KEY REFERENCES charging_sessions (session_id) DEFERRABLE INITIALLY DEFERRED,
  sample INTEGER NOT NULL,
  register_wh INTEGER NOT NULL,
  power_w INTEGER NOT NULL,
  soc_percent INTEGER,
  state TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  raw_at_ms INTEGER NOT NULL,
  uptime_ms INTEGER NOT NULL,
  received_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE keys (
  key_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  wrapped_key TEXT NOT NULL,               -- AES-256-GCM under the master key file, base64
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER,
  replaced_at_ms INTEGER,
  revoked_at_ms INTEGER
) STRICT;
CREATE INDEX keys_by_owner ON keys (owner_id);
CREATE INDEX keys_expiring ON keys (expires_at_ms) WHERE kind = 'login';

CREATE TABLE requests (
  request_id TEXT PRIMARY KEY,
  driver_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  session_id TEXT,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX requests_by_time ON requests (at_ms);

CREATE TABLE orders (
  order_id TEXT PRIMARY KEY,
  by TEXT NOT NULL,
  outcome TEXT NOT NULL,
  text TEXT NOT NULL,
  lines TEXT NOT NULL,                     -- JSON: [{ what, outcome }]
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX orders_by_time ON orders (at_ms);

CREATE TABLE commands (
  point_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  type TEXT NOT NULL,
  session_id TEXT,
  sent_at_ms INTEGER NOT NULL,
  deadline_ms INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT,
  PRIMARY KEY (point_id, number)
) STRICT;
CREATE INDEX commands_by_time ON commands (sent_at_ms);
CREATE INDEX commands_open ON commands (deadline_ms) WHERE outcome = 'open';

CREATE TABLE lockouts (
  who TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  first_at_ms INTEGER NOT NULL,
  locked_until_ms INTEGER
) STRICT;

-- Rows that are only ever added ----------------------------------------------------------------------------------------

CREATE TABLE audit (
  row_id INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  who TEXT NOT NULL,
  address TEXT NOT NULL,
  action TEXT NOT NULL,
  outcome TEXT NOT NULL,
  parameters TEXT NOT NULL                 -- JSON
) STRICT;
CREATE INDEX audit_by_who ON audit (who);

CREATE TABLE ledger (
  row_id INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  amount_minor INTEGER NOT NULL,
  balance_minor INTEGER NOT NULL,
  session_id TEXT,
  ticket_id TEXT,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX ledger_by_user ON ledger (user_id);

CREATE TABLE holds (
  row_id INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  change TEXT NOT NULL,
  amount_minor INTEGER NOT NULL
) STRICT;
CREATE INDEX holds_by_user ON holds (user_id);
CREATE INDEX holds_by_session ON holds (session_id);

CREATE TABLE meter_values (
  session_id TEXT NOT NULL REFERENCES charging_sessions (session_id) DEFERRABLE INITIALLY DEFERRED,
  sample INTEGER NOT NULL,
  register_wh INTEGER NOT NULL,
  power_w INTEGER NOT NULL,
  soc_percent INTEGER,
  at_ms INTEGER NOT NULL,
  raw_at_ms INTEGER NOT NULL,
  received_at_ms INTEGER NOT NULL,
  PRIMARY KEY (session_id, sample)
) STRICT, WITHOUT ROWID;

CREATE TABLE tickets (
  row_id INTEGER PRIMARY KEY,
  ticket_id TEXT NOT NULL UNIQUE,
  session_id TEXT NOT NULL REFERENCES charging_sessions (session_id) DEFERRABLE INITIALLY DEFERRED,
  kind TEXT NOT NULL,
  corrects TEXT,
  driver_id TEXT NOT NULL,
  site_id TEXT NOT NULL,
  point_id TEXT NOT NULL,
  connector_no INTEGER NOT NULL,
  tariff_id TEXT NOT NULL,
  started_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER NOT NULL,
  issued_at_ms INTEGER NOT NULL,
  meter_start_wh INTEGER NOT NULL,
  meter_stop_wh INTEGER NOT NULL,
  energy_wh INTEGER NOT NULL,
  end_reason TEXT NOT NULL,
  lines TEXT NOT NULL,                     -- JSON: the price lines
  currency TEXT NOT NULL,
  total_minor INTEGER NOT NULL,
  flags TEXT NOT NULL                      -- JSON: [text]
) STRICT;
CREATE INDEX tickets_by_session ON tickets (session_id);
CREATE INDEX tickets_by_driver ON tickets (driver_id);
-- One final ticket a session; a later report makes a correction.
CREATE UNIQUE INDEX one_final_ticket ON tickets (session_id) WHERE kind = 'final';

CREATE TABLE notices (
  user_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  type TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  message TEXT NOT NULL,                   -- JSON
  PRIMARY KEY (user_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  row_id INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  site_id TEXT NOT NULL,
  point_id TEXT,
  session_id TEXT,
  driver_id TEXT,
  corr TEXT NOT NULL,
  message_id TEXT NOT NULL,
  data TEXT NOT NULL                       -- JSON
) STRICT;
CREATE INDEX events_by_point ON events (point_id);
CREATE INDEX events_by_session ON events (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX events_by_site ON events (site_id);

CREATE TABLE dead_letters (
  row_id INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  source TEXT NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  claimed_sender TEXT NOT NULL,
  message_id TEXT NOT NULL,
  corr TEXT NOT NULL,
  headers TEXT NOT NULL,                   -- JSON
  payload_base64 TEXT NOT NULL
) STRICT;

-- The bus --------------------------------------------------------------------------------------------------------------

-- What must be delivered, in row order. Never reused row ids: AUTOINCREMENT.
CREATE TABLE outbox (
  row_id INTEGER PRIMARY KEY AUTOINCREMENT,
  topic TEXT NOT NULL,
  key TEXT NOT NULL,
  receiver TEXT NOT NULL,
  message_id TEXT NOT NULL,
  message TEXT NOT NULL,                   -- JSON, not yet sealed
  created_at_ms INTEGER NOT NULL,
  done_at_ms INTEGER
) STRICT;
CREATE INDEX outbox_pending ON outbox (row_id) WHERE done_at_ms IS NULL;
CREATE INDEX outbox_done ON outbox (done_at_ms) WHERE done_at_ms IS NOT NULL;

-- The next offset to handle of each partition that Central reads.
CREATE TABLE offsets (
  topic TEXT NOT NULL,
  partition INTEGER NOT NULL,
  next_offset INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  PRIMARY KEY (topic, partition)
) STRICT, WITHOUT ROWID;

-- Prices per hour in versions, and what a session keeps beside its tariff: the versions of the series that it names.

CREATE TABLE price_series (
  series_id TEXT PRIMARY KEY,
  currency TEXT NOT NULL,
  newest_version INTEGER NOT NULL CHECK (newest_version > 0),
  active INTEGER NOT NULL CHECK (active IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE price_series_versions (
  series_id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  put_at_ms INTEGER NOT NULL,
  runs TEXT NOT NULL,                      -- JSON: [{ fromMs, prices }], hour after hour, prices as decimal text
  PRIMARY KEY (series_id, version)
) STRICT, WITHOUT ROWID;

ALTER TABLE charging_sessions ADD COLUMN terms TEXT; -- JSON: { series }; null: the tariff alone makes its price

-- Prices are OCPI tariffs, in versions; a session names its version. Bands of the day become elements: the price of a
-- minute becomes one of an hour, for charging and for standing plugged in, so that no bill changes. No VAT was known.

CREATE TABLE tariff_versions (
  tariff_id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  put_at_ms INTEGER NOT NULL,
  ocpi TEXT NOT NULL,                      -- JSON: the tariff as OCPI 2.2.1 has it
  PRIMARY KEY (tariff_id, version)
) STRICT, WITHOUT ROWID;

-- Every tariff that there is or that a session was begun with; the one in force is the newest.
CREATE TABLE old_tariffs (old TEXT NOT NULL, tariff_id TEXT NOT NULL, at_ms INTEGER NOT NULL, ocpi TEXT) STRICT;
CREATE INDEX old_tariffs_by_old ON old_tariffs (old);
INSERT INTO old_tariffs (old, tariff_id, at_ms)
SELECT tariff, tariff ->> 'tariffId', min(requested_at_ms) FROM charging_sessions
WHERE tariff ->> 'tariffId' IS NOT NULL GROUP BY tariff;
INSERT INTO old_tariffs (old, tariff_id, at_ms)
SELECT json_object('tariffId', tariff_id, 'currency', currency, 'perSessionMicros', per_session_micros,
  'bands', json(bands)), tariff_id, 9007199254740991 FROM tariffs;

UPDATE old_tariffs SET ocpi = json_object('id', tariff_id, 'currency', old ->> 'currency', 'elements', json((
  SELECT json_group_array(json(element)) FROM (
    SELECT json_object('price_components', json_array(
      json_object('type', 'FLAT', 'price', (old ->> 'perSessionMicros') / 1000000.0, 'step_size', 1))) AS element
    WHERE old ->> 'perSessionMicros' > 0
    UNION ALL
    SELECT * FROM (
      SELECT json_object(
        'price_components', json('[' || json_object(
          'type', 'ENERGY', 'price', (b.value ->> 'perKwhMicros') / 1000000.0, 'step_size', 1)
        || iif(b.value ->> 'perMinuteMicros' > 0,
          ',' || json_object('type', 'TIME', 'price', (b.value ->> 'perMinuteMicros') * 60 / 1000000.0, 'step_size', 1)
          || ',' || json_object(
            'type', 'PARKING_TIME', 'price', (b.value ->> 'perMinuteMicros') * 60 / 1000000.0, 'step_size', 1), '')
        || ']'),
        'restrictions', json(iif(b.value ->> 'toMinute' - (b.value ->> 'fromMinute') = 1440, 'null', json_object(
          'start_time', printf('%02d:%02d', (b.value ->> 'fromMinute') / 60, (b.value ->> 'fromMinute') % 60),
          'end_time', printf('%02d:%02d', (b.value ->> 'toMinute') / 60 % 24, (b.value ->> 'toMinute') % 60)))))
      FROM json_each(old_tariffs.old, '$.bands') AS b ORDER BY b.key
    )
  )
)));

INSERT INTO tariff_versions (tariff_id, version, put_at_ms, ocpi)
SELECT tariff_id, row_number() OVER (PARTITION BY tariff_id ORDER BY last_ms, first_ms, ocpi),
  iif(first_ms = 9007199254740991, 0, first_ms), ocpi
FROM (SELECT tariff_id, ocpi, max(at_ms) AS last_ms, min(at_ms) AS first_ms FROM old_tariffs GROUP BY tariff_id, ocpi);

UPDATE charging_sessions SET tariff = coalesce((
  SELECT v.tariff_id || '#' || v.version FROM old_tariffs AS o JOIN tariff_versions AS v USING (tariff_id, ocpi)
  WHERE o.old = charging_sessions.tariff), tariff);
DROP TABLE old_tariffs;

-- A tariff's name, and which of its versions are looked at: of those before, sessions alone know.
ALTER TABLE tariffs DROP COLUMN currency;
ALTER TABLE tariffs DROP COLUMN per_session_micros;
ALTER TABLE tariffs DROP COLUMN bands;
ALTER TABLE tariffs ADD COLUMN first_version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE tariffs ADD COLUMN newest_version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE tariffs ADD COLUMN active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1));
UPDATE tariffs SET (first_version, newest_version) = (
  SELECT max(version), max(version) FROM tariff_versions AS v WHERE v.tariff_id = tariffs.tariff_id);
INSERT INTO tariffs (tariff_id, first_version, newest_version, active)
SELECT tariff_id, max(version), max(version), 0 FROM tariff_versions
WHERE tariff_id NOT IN (SELECT tariff_id FROM tariffs) GROUP BY tariff_id;

-- A point's own tariff; a connector's stands in `connectors`.
ALTER TABLE charging_points ADD COLUMN tariff_id TEXT REFERENCES tariffs (tariff_id) DEFERRABLE INITIALLY DEFERRED;

-- Whether energy flowed ('charging') or the vehicle was only plugged in ('parking'), since the value before.
ALTER TABLE meter_values ADD COLUMN kind TEXT NOT NULL DEFAULT 'charging';
ALTER TABLE live_meters ADD COLUMN kind TEXT NOT NULL DEFAULT 'charging';

-- Usages by bands: folded anew at the next start, from the stored meter values (ev-central/store/old-usage.ts).
ALTER TABLE charging_sessions RENAME COLUMN usage TO band_usage;
ALTER TABLE charging_sessions ADD COLUMN usage TEXT; -- JSON: what each price component was in force for
CREATE INDEX charging_sessions_by_bands ON charging_sessions (session_id) WHERE band_usage IS NOT NULL;

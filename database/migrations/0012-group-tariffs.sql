-- Tariffs that the members of a group have at a place instead of the place's own.

CREATE TABLE group_tariffs (
  group_id TEXT NOT NULL,
  place TEXT NOT NULL,                     -- '*', 'site:ALC', 'point:ALC-01', 'point:ALC-01#2'
  tariff_id TEXT NOT NULL,
  PRIMARY KEY (group_id, place)
) STRICT, WITHOUT ROWID;

-- What a request at the point was answered, so that a repeated one gets the same again. JSON: { outcome, reason }.
ALTER TABLE requests ADD COLUMN answer TEXT;
-- How far the point's clock was behind Central's when its monitor was heard last.
ALTER TABLE charging_point_states ADD COLUMN clock_offset_ms INTEGER NOT NULL DEFAULT 0;
-- Old notices are deleted by their time; events, audit and dead letters by their row ids, which follow it.
CREATE INDEX notices_by_time ON notices (at_ms);

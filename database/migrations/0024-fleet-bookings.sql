-- Reservations that a fleet booked together can be listed and cancelled together.
ALTER TABLE reservations ADD COLUMN fleet_id TEXT;   -- NULL: it was not booked for a fleet
CREATE INDEX reservations_by_fleet ON reservations (fleet_id) WHERE fleet_id IS NOT NULL;

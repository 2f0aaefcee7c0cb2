-- Records of Kafka whose handling made the process end: after some failures a record becomes a dead letter.
CREATE TABLE failed_records (
  place TEXT PRIMARY KEY, -- topic/partition@offset
  failures INTEGER NOT NULL,
  last_at_ms INTEGER NOT NULL
) STRICT;

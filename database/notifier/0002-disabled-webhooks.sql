-- Third parties whose endpoint said that it is gone for good (410): nothing is sent there until somebody allows it.
CREATE TABLE disabled_webhooks (name TEXT PRIMARY KEY, since_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;

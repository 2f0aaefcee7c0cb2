-- The VAT in a ticket's total, by rate. Of tickets from before, none was reckoned.
ALTER TABLE tickets ADD COLUMN vat TEXT NOT NULL DEFAULT '[]'; -- JSON: [{ rate, netMinor, vatMinor }]

-- Exchange rates by the day; and of a ticket whose tariff has another currency than the wallet what it was in that one.

CREATE TABLE exchange_rates (
  base TEXT NOT NULL,
  quote TEXT NOT NULL,
  date TEXT NOT NULL,                      -- YYYY-MM-DD, UTC
  rate TEXT NOT NULL,                      -- decimal text: one unit of the base in the quote
  PRIMARY KEY (base, quote, date)
) STRICT, WITHOUT ROWID;

ALTER TABLE tickets ADD COLUMN priced TEXT; -- JSON: { currency, totalMinor, base, quote, date, rate }

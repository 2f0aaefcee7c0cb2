-- Home charging that groups pay back (docs/decisions/0035-home-charging.md).

-- What a group has agreed with its members.
CREATE TABLE claim_terms (
  group_id TEXT PRIMARY KEY,
  rate TEXT NOT NULL,                      -- JSON: { minor, perKwh }: exact
  per_claim_minor INTEGER,
  per_month_minor INTEGER,
  meters TEXT NOT NULL                     -- JSON: [{ userId, meterId }]
) STRICT;

CREATE TABLE claims (
  claim_id TEXT PRIMARY KEY,
  group_id TEXT NOT NULL,
  claimant_id TEXT NOT NULL,
  meter_id TEXT NOT NULL,
  basis TEXT NOT NULL,                     -- JSON: registers or charges
  from_ms INTEGER NOT NULL,
  to_ms INTEGER NOT NULL CHECK (to_ms >= from_ms),
  energy_wh INTEGER NOT NULL CHECK (energy_wh > 0),
  rate TEXT NOT NULL,                      -- JSON, as it was agreed then
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  currency TEXT NOT NULL,
  evidence TEXT NOT NULL,                  -- JSON: [{ reference, sha256, mediaType, bytes }]
  state TEXT NOT NULL,                     -- draft, submitted, approved, rejected, paid
  reason TEXT NOT NULL,
  put_at_ms INTEGER NOT NULL,
  submitted_at_ms INTEGER,
  decided_at_ms INTEGER,
  decided_by TEXT,
  paid_at_ms INTEGER,
  paid_from TEXT                           -- group, reimbursements
) STRICT;
CREATE INDEX claims_by_claimant ON claims (claimant_id);
CREATE INDEX claims_by_group ON claims (group_id);

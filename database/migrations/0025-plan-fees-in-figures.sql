-- Figures know the fees of plans, and the group for which a vehicle stands at a connector after its charge.
ALTER TABLE figure_sums ADD COLUMN plan_fees_minor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE figure_sums ADD COLUMN plan_fees_vat_minor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE watched_connectors ADD COLUMN group_id TEXT;   -- NULL: no group pays, or the row is of before
ALTER TABLE connector_spans ADD COLUMN group_id TEXT;
-- Fees that were booked before are counted with the next start.
UPDATE figure_upkeep SET is_built = 0;

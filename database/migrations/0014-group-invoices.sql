-- Groups are invoiced, too: a payer is a wallet, and a line names who charged (docs/decisions/0034-group-invoices.md).
ALTER TABLE billing_details RENAME COLUMN user_id TO payer;
UPDATE billing_details SET payer = 'wallet:user:' || payer;
ALTER TABLE uninvoiced_tickets RENAME COLUMN payer_id TO payer;
UPDATE uninvoiced_tickets SET payer = 'wallet:user:' || payer, ticket = json_set(ticket, '$.driverId', NULL);
ALTER TABLE invoiced_sessions RENAME COLUMN payer_id TO payer;
UPDATE invoiced_sessions SET payer = 'wallet:user:' || payer;

-- What was issued says the same in other words; from here on it is never changed again.
DROP TRIGGER invoices_stay;
ALTER TABLE invoices RENAME COLUMN payer_id TO payer;
UPDATE invoices SET payer = 'wallet:user:' || payer;
CREATE TRIGGER invoices_stay BEFORE UPDATE ON invoices
BEGIN SELECT RAISE(ABORT, 'an invoice is never changed'); END;
ALTER TABLE invoice_tickets ADD COLUMN driver_id TEXT;          -- who charged, where a group pays

-- What groups paid before is on no invoice.
ALTER TABLE invoicing_spans ADD COLUMN with_groups INTEGER NOT NULL DEFAULT 0;

-- +goose Up
-- The page of the provider on which a charge without a saved card is paid. The
-- money is asked for on it: until somebody has tried, the provider has no payment.
ALTER TABLE payment_charge ADD COLUMN page_id TEXT NOT NULL DEFAULT '';

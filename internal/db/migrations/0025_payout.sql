-- +goose Up
-- Operators look at payouts of all creators by their state, and at what they
-- add up to: the index answers both without the rows.
CREATE INDEX payout_state ON payout (state, id, amount_asset, amount_units);

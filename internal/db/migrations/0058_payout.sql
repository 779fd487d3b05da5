-- +goose Up
-- The refund or the dispute for which a payout was canceled before it began: it
-- took back what the payout was of.
ALTER TABLE payout ADD COLUMN canceled_for TEXT NOT NULL DEFAULT ''
	CONSTRAINT only_a_canceled_payout_was_canceled_for_something CHECK (canceled_for = '' OR state = 'canceled');
-- What of a payout that came back repaid the reserve first (earning_recovery).
ALTER TABLE payout ADD COLUMN repaid_units BIGINT NOT NULL DEFAULT 0
	CONSTRAINT what_came_back_repays_at_most_itself CHECK (repaid_units >= 0 AND repaid_units <= amount_units);
CREATE INDEX payout_account_updated ON payout_account (updated_us);

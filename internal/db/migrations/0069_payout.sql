-- +goose Up
-- How far the books were when a payout began (the number of their last transfer): a
-- clock may step back, the books do not. Of earlier payouts the instant is all that is
-- known.
ALTER TABLE payout ADD COLUMN begun_after BIGINT NOT NULL DEFAULT 0
	CONSTRAINT payout_knows_how_far_the_books_were CHECK (begun_after >= 0);
UPDATE payout SET begun_after = COALESCE((SELECT t.seq FROM ledger_transfer t WHERE t.at_us <= payout.begun_us ORDER BY t.at_us DESC, t.seq DESC LIMIT 1), 0) WHERE begun_us > 0;

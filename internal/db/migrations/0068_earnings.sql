-- +goose Up
-- How far the books were when a claw was taken (the number of their last transfer):
-- a clock may step back, the books do not. Of earlier claws the instant is all that
-- is known.
ALTER TABLE earning_claw ADD COLUMN after_seq BIGINT NOT NULL DEFAULT 0
	CONSTRAINT claw_knows_how_far_the_books_were CHECK (after_seq >= 0);
UPDATE earning_claw SET after_seq = COALESCE((SELECT t.seq FROM ledger_transfer t WHERE t.at_us <= earning_claw.held_us AND t.cause <> earning_claw.id ORDER BY t.at_us DESC, t.seq DESC LIMIT 1), 0);
-- When a claw was kept that was returned after that, because a dispute was won after
-- it had been lost; 0 of all others.
ALTER TABLE earning_claw ADD COLUMN kept_us BIGINT NOT NULL DEFAULT 0
	CONSTRAINT claw_that_was_kept_before_is_not_kept CHECK (kept_us = 0 OR (kept_us > 0 AND state <> 'kept'));
-- A statement adds up what the tips of its earnings brought and cost.
CREATE INDEX earning_accrual_earning ON earning_accrual (earning_id, seq);

-- +goose Up
-- How far the books were when a claw was taken (the number of their last transfer):
-- a clock may step back, the books do not. Of earlier claws the instant is all that
-- is known.
ALTER TABLE earning_claw ADD COLUMN after_seq BIGINT NOT NULL DEFAULT 0
	CONSTRAINT claw_knows_how_far_the_books_were CHECK (after_seq >= 0);
UPDATE earning_claw SET after_seq = COALESCE((SELECT MAX(t.seq) FROM ledger_transfer t WHERE t.at_us <= earning_claw.held_us AND t.cause <> earning_claw.id), 0);

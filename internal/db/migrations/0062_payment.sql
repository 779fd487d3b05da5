-- +goose Up
-- What tells people's saved cards apart: a hash of the provider's own mark, which is
-- the same for one number, whoever saved it. No number is known here.
CREATE TABLE payment_card (
	id TEXT PRIMARY KEY,
	person_id TEXT NOT NULL,
	instrument TEXT NOT NULL,
	learned_us BIGINT NOT NULL,
	CONSTRAINT card_is_told_apart CHECK (instrument <> '' AND learned_us > 0)
);

-- The card that a charge was made to, by the same name; '' while it is not known,
-- which on a page of the provider it is when the money comes.
ALTER TABLE payment_charge ADD COLUMN instrument TEXT NOT NULL DEFAULT '';

-- +goose Up
-- Which card a spend is charged to, by a name that tells cards apart; '' while nobody
-- knows. learned_us is from when on it counts with that card: at_us if it was known
-- when the spend was taken, else later. Of one card no two are the same, and each was
-- learned later than those below it, also where a clock stood still or stepped back.
ALTER TABLE limit_spend ADD COLUMN instrument TEXT NOT NULL DEFAULT '';
ALTER TABLE limit_spend ADD COLUMN learned_us BIGINT NOT NULL DEFAULT 0
	CONSTRAINT card_is_learned_at_an_instant CHECK ((instrument = '' AND learned_us = 0) OR (instrument <> '' AND learned_us >= at_us));
CREATE UNIQUE INDEX limit_spend_instrument ON limit_spend (instrument, learned_us) WHERE instrument <> '';

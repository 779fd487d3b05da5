-- +goose Up
-- Above so much, in smallest units, two operators release a payout that one of them
-- holds: agree_units of the rules is in the currency of the rates. Rules that are there
-- get half of what goes in a day at most, as the presets that ship with the program.
ALTER TABLE payout_rules ADD COLUMN agree_units BIGINT NOT NULL DEFAULT 50000
	CONSTRAINT payout_is_released_by_two_above_an_amount CHECK (agree_units >= 0);
ALTER TABLE payout_limit ADD COLUMN agree_units BIGINT NOT NULL DEFAULT 0
	CONSTRAINT payout_of_a_currency_is_released_by_two_above_an_amount CHECK (agree_units >= 0);
UPDATE payout_rules SET agree_units = COALESCE((SELECT c.daily_cap_units / 2 FROM rate_card c WHERE c.version = payout_rules.version), 50000);
UPDATE payout_limit SET agree_units = daily_cap_units / 2;

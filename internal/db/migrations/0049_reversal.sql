-- +goose Up
-- What a dispute took of a charge beyond what of it could still go back, because
-- it had gone back before: a bank may take the money of a charge that was refunded.
ALTER TABLE reversal ADD COLUMN beyond_units BIGINT NOT NULL DEFAULT 0
	CONSTRAINT beyond_is_a_part_of_a_dispute CHECK (beyond_units >= 0 AND beyond_units <= amount_units AND (beyond_units = 0 OR SUBSTR(id, 1, 4) = 'dsp_'));

-- +goose Up
-- An earning is of diamonds, which gifts earn, or of money, which tips earn: its
-- account is in own_asset. amount_units is what was earned; of it clawed_units
-- were taken back, and clawed_own in the earning's own asset.
CREATE TABLE earning_before AS SELECT * FROM earning;
DROP TABLE earning;
CREATE TABLE earning_next (
	id TEXT PRIMARY KEY,
	creator_id TEXT NOT NULL,
	source TEXT NOT NULL,
	day BIGINT NOT NULL,
	rule TEXT NOT NULL,
	account_id BIGINT NOT NULL,
	own_asset TEXT NOT NULL,
	state TEXT NOT NULL,
	available_us BIGINT NOT NULL,
	diamonds BIGINT NOT NULL,
	clawed_own BIGINT NOT NULL,
	amount_units BIGINT NOT NULL,
	amount_asset TEXT NOT NULL,
	clawed_units BIGINT NOT NULL,
	paid_units BIGINT NOT NULL,
	CONSTRAINT one_earning_per_creator_source_day_rule_and_currency UNIQUE (creator_id, source, day, rule, amount_asset),
	CONSTRAINT earning_has_an_account_of_its_own UNIQUE (account_id),
	CONSTRAINT earning_is_of_diamonds_or_of_money CHECK (own_asset = 'DIAMOND' OR own_asset = amount_asset),
	CONSTRAINT earning_is_pending_or_available CHECK (state IN ('pending', 'available')),
	CONSTRAINT pending_earning_has_no_money_yet CHECK (state = 'available' OR (diamonds = 0 AND amount_units = 0 AND clawed_units = 0)),
	CONSTRAINT earning_of_money_has_no_diamonds CHECK (own_asset = 'DIAMOND' OR diamonds = 0),
	CONSTRAINT what_is_clawed_is_not_negative CHECK (clawed_own >= 0 AND clawed_units >= 0),
	CONSTRAINT earning_pays_at_most_what_is_left CHECK (paid_units >= 0 AND paid_units + clawed_units <= amount_units)
);
INSERT INTO earning_next (id, creator_id, source, day, rule, account_id, own_asset, state, available_us, diamonds, clawed_own, amount_units, amount_asset, clawed_units, paid_units)
	SELECT id, creator_id, source, day, rule, account_id, 'DIAMOND', state, available_us, diamonds, 0, amount_units, amount_asset, 0, paid_units FROM earning_before;
DROP TABLE earning_before;
ALTER TABLE earning_next RENAME TO earning;
CREATE INDEX earning_creator ON earning (creator_id, id);
CREATE INDEX earning_unpaid ON earning (creator_id, available_us, id) WHERE amount_units > paid_units + clawed_units;
CREATE INDEX earning_pending ON earning (available_us) WHERE state = 'pending';

-- What a creator earned in money, one row for each cause: where, by whom ('' if
-- that is not told) and what. seq is the transfer that booked it.
CREATE TABLE earning_accrual (
	cause TEXT PRIMARY KEY,
	seq BIGINT NOT NULL,
	earning_id TEXT NOT NULL,
	target TEXT NOT NULL,
	fan_id TEXT NOT NULL,
	item TEXT NOT NULL,
	units BIGINT NOT NULL,
	CONSTRAINT accrual_is_of_money CHECK (units > 0),
	CONSTRAINT accrual_has_a_transfer_of_its_own UNIQUE (seq)
);

-- What a refund or a dispute (cause) takes back of an earning. own is in the
-- earning's own asset. moved of it stood in the earning's account, because the
-- earning was pending. units is the money of it that the creator does not get, or
-- had available and lost; borne is what had been paid out and the reserve bears.
CREATE TABLE earning_claw (
	id TEXT PRIMARY KEY,
	cause TEXT NOT NULL,
	reason TEXT NOT NULL,
	earning_id TEXT NOT NULL,
	creator_id TEXT NOT NULL,
	own BIGINT NOT NULL,
	moved BIGINT NOT NULL,
	units BIGINT NOT NULL,
	borne_units BIGINT NOT NULL,
	asset TEXT NOT NULL,
	state TEXT NOT NULL,
	held_us BIGINT NOT NULL,
	ended_us BIGINT NOT NULL,
	CONSTRAINT a_cause_claws_an_earning_once UNIQUE (cause, earning_id),
	CONSTRAINT claw_is_of_something CHECK (own > 0 AND units >= 0 AND borne_units >= 0),
	CONSTRAINT claw_moves_all_or_nothing CHECK (moved = own OR moved = 0),
	CONSTRAINT claw_state_is_known_word CHECK (state IN ('held', 'kept', 'returned')),
	CONSTRAINT claw_has_an_end_when_it_has_ended CHECK ((state = 'held') = (ended_us = 0))
);
CREATE INDEX earning_claw_earning ON earning_claw (earning_id);
CREATE INDEX earning_claw_creator ON earning_claw (creator_id, id);

-- What creators earned in money has parts too; it has neither coins nor diamonds.
DROP TABLE earning_part;
CREATE TABLE earning_part_next (
	earning_id TEXT NOT NULL,
	target TEXT NOT NULL,
	fan_id TEXT NOT NULL,
	item TEXT NOT NULL,
	sends BIGINT NOT NULL,
	gifts BIGINT NOT NULL,
	combos BIGINT NOT NULL,
	coins BIGINT NOT NULL,
	diamonds BIGINT NOT NULL,
	units BIGINT NOT NULL,
	PRIMARY KEY (earning_id, target, fan_id, item),
	CONSTRAINT earned_part_is_of_what_was_sent CHECK (sends > 0 AND (gifts = 0 AND coins = 0 OR gifts >= sends AND coins >= gifts)),
	CONSTRAINT earned_part_is_not_negative CHECK (combos >= 0 AND diamonds >= 0 AND units >= 0 AND (diamonds > 0 OR units > 0))
);
ALTER TABLE earning_part_next RENAME TO earning_part;
DELETE FROM earning_part_sum;
DELETE FROM earning_day;
UPDATE earning_part_place SET seq = 0;

-- +goose Up
-- The rate card: what creators are paid, by version and from an instant on.
-- after_seq is the last transfer that was posted before the card was known.
CREATE TABLE rate_card (
	version TEXT PRIMARY KEY,
	from_us BIGINT NOT NULL,
	diamonds_num BIGINT NOT NULL,
	diamonds_den BIGINT NOT NULL,
	pay_num BIGINT NOT NULL,
	pay_den BIGINT NOT NULL,
	pay_asset TEXT NOT NULL,
	hold_days BIGINT NOT NULL,
	daily_cap_units BIGINT NOT NULL,
	minimum_units BIGINT NOT NULL,
	after_seq BIGINT NOT NULL,
	CONSTRAINT rates_are_fractions CHECK (diamonds_num >= 0 AND diamonds_den > 0 AND pay_num >= 0 AND pay_den > 0),
	CONSTRAINT limits_are_not_negative CHECK (hold_days >= 0 AND daily_cap_units > 0 AND minimum_units >= 0)
);

-- What a creator earned from one source on one UTC day. While it is pending
-- its diamonds are the balance of its account; matured, amount_units is the
-- money that became available.
CREATE TABLE earning (
	id TEXT PRIMARY KEY,
	creator_id TEXT NOT NULL,
	source TEXT NOT NULL,
	day BIGINT NOT NULL,
	rule TEXT NOT NULL,
	account_id BIGINT NOT NULL,
	state TEXT NOT NULL,
	available_us BIGINT NOT NULL,
	diamonds BIGINT NOT NULL,
	amount_units BIGINT NOT NULL,
	amount_asset TEXT NOT NULL,
	paid_units BIGINT NOT NULL,
	CONSTRAINT one_earning_per_creator_source_day_and_rule UNIQUE (creator_id, source, day, rule),
	CONSTRAINT earning_has_an_account_of_its_own UNIQUE (account_id),
	CONSTRAINT earning_is_pending_or_available CHECK (state IN ('pending', 'available')),
	CONSTRAINT pending_earning_has_no_money_yet CHECK (state = 'available' OR (diamonds = 0 AND amount_units = 0)),
	CONSTRAINT earning_pays_at_most_its_amount CHECK (paid_units >= 0 AND paid_units <= amount_units)
);
CREATE INDEX earning_creator ON earning (creator_id, id);
CREATE INDEX earning_unpaid ON earning (creator_id, available_us, id) WHERE amount_units > paid_units;

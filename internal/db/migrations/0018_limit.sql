-- +goose Up
-- What a person bounds for themselves. Caps are in one currency and 0 is none;
-- next_… are caps that are looser and hold from next_us on.
CREATE TABLE limit_rule (
	person_id TEXT PRIMARY KEY,
	asset TEXT NOT NULL,
	day_units BIGINT NOT NULL,
	week_units BIGINT NOT NULL,
	month_units BIGINT NOT NULL,
	next_us BIGINT NOT NULL,
	next_asset TEXT NOT NULL,
	next_day_units BIGINT NOT NULL,
	next_week_units BIGINT NOT NULL,
	next_month_units BIGINT NOT NULL,
	confirm_units BIGINT NOT NULL,
	confirm_asset TEXT NOT NULL,
	cool_off_us BIGINT NOT NULL,
	CONSTRAINT caps_are_not_negative CHECK (day_units >= 0 AND week_units >= 0 AND month_units >= 0),
	CONSTRAINT caps_have_a_currency CHECK ((asset = '') = (day_units + week_units + month_units = 0)),
	CONSTRAINT next_caps_are_not_negative CHECK (next_day_units >= 0 AND next_week_units >= 0 AND next_month_units >= 0),
	CONSTRAINT next_caps_have_a_currency CHECK ((next_asset = '') = (next_day_units + next_week_units + next_month_units = 0)),
	CONSTRAINT next_caps_have_an_instant CHECK (next_us > 0 OR (next_us = 0 AND next_asset = '')),
	CONSTRAINT confirmation_has_a_currency CHECK (confirm_units >= 0 AND (confirm_asset <> '' OR confirm_units = 0)),
	CONSTRAINT cool_off_ends_after_1970 CHECK (cool_off_us >= 0)
);
CREATE INDEX limit_rule_cool_off ON limit_rule (cool_off_us) WHERE cool_off_us > 0;

-- What counts against a person's caps: real money, from the intent to charge
-- it on, and no longer once it is known not to move.
CREATE TABLE limit_spend (
	cause TEXT PRIMARY KEY,
	person_id TEXT NOT NULL,
	units BIGINT NOT NULL,
	asset TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	released_us BIGINT NOT NULL,
	CONSTRAINT spend_is_of_money CHECK (units > 0 AND asset <> ''),
	CONSTRAINT spend_is_released_or_not CHECK (released_us >= 0)
);
CREATE INDEX limit_spend_person ON limit_spend (person_id, at_us);

-- Purchases from before count too.
INSERT INTO limit_spend (cause, person_id, units, asset, at_us, released_us)
	SELECT p.id, p.person_id, p.price_units, p.price_asset, p.created_us, CASE WHEN c.outcome IN ('failed', 'canceled') THEN c.updated_us ELSE 0 END
	FROM coin_purchase p JOIN payment_charge c ON c.subject = p.id;

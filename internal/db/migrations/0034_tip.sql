-- +goose Up
-- The rules of tips: by version and currency, and from an instant on. The
-- presets are the amounts that are offered, with commas between them; the fee is
-- what the provider takes of a charge: fee_ppm millionths, rounded half up, and
-- fee_fixed_units.
CREATE TABLE tip_rule (
	version TEXT NOT NULL,
	asset TEXT NOT NULL,
	from_us BIGINT NOT NULL,
	presets TEXT NOT NULL,
	min_units BIGINT NOT NULL,
	max_units BIGINT NOT NULL,
	day_units BIGINT NOT NULL,
	day_tips BIGINT NOT NULL,
	fee_ppm BIGINT NOT NULL,
	fee_fixed_units BIGINT NOT NULL,
	PRIMARY KEY (version, asset),
	CONSTRAINT tips_have_bounds CHECK (min_units > 0 AND max_units >= min_units AND max_units <= 50000000),
	CONSTRAINT day_of_tips_holds_one CHECK (day_units >= max_units AND day_tips > 0),
	CONSTRAINT tip_fee_is_less_than_all CHECK (fee_ppm >= 0 AND fee_ppm <= 500000 AND fee_fixed_units >= 0 AND fee_fixed_units <= 1000000)
);
CREATE INDEX tip_rule_from ON tip_rule (from_us);

-- A tip. Its state is its charge's. charged_units is what the fan pays and
-- fee_units what the rule says that the provider takes of it; net_units, which
-- may be of another currency, is what the creator got, once that is booked.
CREATE TABLE tip (
	id TEXT PRIMARY KEY,
	fan_id TEXT NOT NULL,
	creator_id TEXT NOT NULL,
	target TEXT NOT NULL,
	idem_key TEXT NOT NULL,
	fingerprint BIGINT NOT NULL,
	amount_units BIGINT NOT NULL,
	asset TEXT NOT NULL,
	charged_units BIGINT NOT NULL,
	fee_units BIGINT NOT NULL,
	cover_fee BIGINT NOT NULL,
	message TEXT NOT NULL,
	anonymous BIGINT NOT NULL,
	rule TEXT NOT NULL,
	first_action_url TEXT NOT NULL,
	earning_id TEXT NOT NULL,
	net_units BIGINT NOT NULL,
	net_asset TEXT NOT NULL,
	created_us BIGINT NOT NULL,
	completed_us BIGINT NOT NULL,
	CONSTRAINT tip_key_is_used_once_by_a_person UNIQUE (fan_id, idem_key),
	CONSTRAINT nobody_tips_themselves CHECK (fan_id <> creator_id),
	CONSTRAINT tip_is_of_money CHECK (amount_units > 0 AND charged_units >= amount_units AND fee_units >= 0 AND fee_units < charged_units),
	CONSTRAINT fan_pays_more_only_for_the_fee CHECK (cover_fee IN (0, 1) AND (cover_fee = 1 OR charged_units = amount_units)),
	CONSTRAINT covered_tip_reaches_the_creator_whole CHECK (cover_fee = 0 OR charged_units - fee_units >= amount_units),
	CONSTRAINT tip_is_anonymous_or_not CHECK (anonymous IN (0, 1)),
	CONSTRAINT tip_earns_what_the_creator_got CHECK ((earning_id <> '') = (net_units > 0) AND net_units >= 0 AND (net_asset <> '' OR net_units = 0)),
	CONSTRAINT booked_tip_is_completed CHECK (net_asset = '' OR completed_us > 0)
);
CREATE INDEX tip_fan ON tip (fan_id, id);
CREATE INDEX tip_fan_day ON tip (fan_id, created_us);
CREATE INDEX tip_creator ON tip (creator_id, id) WHERE completed_us > 0;
CREATE INDEX tip_target ON tip (target, id) WHERE completed_us > 0 AND target <> '';

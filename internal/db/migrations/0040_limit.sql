-- +goose Up
-- How much money a person may be charged within any stretch of time, whatever
-- they want themselves: by version, for everybody or for accounts younger than
-- younger_us (0 is everybody). since_us is when the rule was known here; what was
-- spent before is not held to it. Versions never change.
CREATE TABLE limit_velocity (
	version TEXT NOT NULL,
	name TEXT NOT NULL,
	asset TEXT NOT NULL,
	from_us BIGINT NOT NULL,
	since_us BIGINT NOT NULL,
	span_us BIGINT NOT NULL,
	most_units BIGINT NOT NULL,
	younger_us BIGINT NOT NULL,
	PRIMARY KEY (version, name, asset),
	CONSTRAINT velocity_is_of_money_in_a_time CHECK (span_us > 0 AND most_units > 0 AND younger_us >= 0)
);

-- +goose Up
-- What creators earned, added up by where it was given, by whom and
-- what: made in the background from the journal, up to the transfer that
-- earning_part_place names. What came after it is read from the books.
CREATE TABLE earning_part (
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
	CONSTRAINT earned_part_is_of_gifts CHECK (sends > 0 AND gifts >= sends AND coins >= gifts),
	CONSTRAINT earned_part_is_not_negative CHECK (combos >= 0 AND diamonds > 0 AND units >= 0)
);

-- The diamonds of an earning that are added up: where the next gift's share of
-- the money begins.
CREATE TABLE earning_part_sum (
	earning_id TEXT PRIMARY KEY,
	diamonds BIGINT NOT NULL,
	CONSTRAINT earned_sum_is_of_diamonds CHECK (diamonds > 0)
);

-- All gifts of a UTC day.
CREATE TABLE earning_day (
	day BIGINT PRIMARY KEY,
	sends BIGINT NOT NULL,
	gifts BIGINT NOT NULL,
	coins BIGINT NOT NULL,
	diamonds BIGINT NOT NULL,
	CONSTRAINT earning_day_is_of_gifts CHECK (sends > 0 AND gifts >= sends AND coins >= gifts AND diamonds >= 0)
);

CREATE TABLE earning_part_place (
	id BIGINT PRIMARY KEY,
	seq BIGINT NOT NULL,
	CONSTRAINT earned_has_one_place CHECK (id = 1 AND seq >= 0)
);
INSERT INTO earning_part_place (id, seq) VALUES (1, 0);

-- What is owed and held is added up, and what matures soon.
CREATE INDEX earning_pending ON earning (available_us) WHERE state = 'pending';

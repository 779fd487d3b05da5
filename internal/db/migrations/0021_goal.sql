-- +goose Up
-- The sequence of the last transfer whose gift was counted.
CREATE TABLE goal_place (
	id BIGINT PRIMARY KEY,
	seq BIGINT NOT NULL,
	CONSTRAINT goal_has_one_place CHECK (id = 1 AND seq >= 0)
);
INSERT INTO goal_place (id, seq) VALUES (1, 0);

-- A goal counts the gifts after after_seq, up to until_seq once it has ended. A
-- goal of a month has no target and counts what was given in the month.
CREATE TABLE goal (
	id TEXT PRIMARY KEY,
	creator_id TEXT NOT NULL,
	target TEXT NOT NULL,
	title TEXT NOT NULL,
	metric TEXT NOT NULL,
	item TEXT NOT NULL,
	wanted BIGINT NOT NULL,
	progress BIGINT NOT NULL,
	state TEXT NOT NULL,
	after_seq BIGINT NOT NULL,
	until_seq BIGINT NOT NULL,
	until_us BIGINT NOT NULL,
	created_us BIGINT NOT NULL,
	reached_us BIGINT NOT NULL,
	ended_us BIGINT NOT NULL,
	told_progress BIGINT NOT NULL,
	told_us BIGINT NOT NULL,
	CONSTRAINT goal_counts_coins_or_one_gift CHECK ((metric = 'coins' AND item = '') OR (metric = 'gifts' AND item <> '')),
	CONSTRAINT goal_wants_something CHECK (wanted > 0 AND progress >= 0),
	CONSTRAINT goal_is_reached_by_its_progress CHECK ((reached_us > 0) = (progress >= wanted)),
	CONSTRAINT goal_state_agrees_with_its_end CHECK ((state = 'active' AND ended_us = 0 AND until_seq = 0) OR (state = 'ended' AND ended_us > 0)),
	CONSTRAINT goal_is_of_a_live_or_a_month CHECK ((target = '') = (until_us > 0)),
	CONSTRAINT goal_tells_at_most_its_progress CHECK (told_progress <= progress)
);
CREATE INDEX goal_creator ON goal (creator_id, id);
CREATE INDEX goal_target ON goal (target, id) WHERE target <> '';
-- Those whose gifts are still counted, and those of which something is to be told.
CREATE INDEX goal_open ON goal (id) WHERE state = 'active';
CREATE INDEX goal_last ON goal (until_seq) WHERE state = 'ended';
CREATE INDEX goal_untold ON goal (told_us, id) WHERE told_progress < progress;

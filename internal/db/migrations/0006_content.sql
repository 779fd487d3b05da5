-- +goose Up
CREATE TABLE video (
	id TEXT PRIMARY KEY,
	creator_id TEXT NOT NULL,
	title TEXT NOT NULL,
	description TEXT NOT NULL,
	media TEXT NOT NULL,
	poster TEXT NOT NULL,
	duration_ms BIGINT NOT NULL,
	width BIGINT NOT NULL,
	height BIGINT NOT NULL,
	gifts_on BIGINT NOT NULL,
	visibility TEXT NOT NULL,
	posted_us BIGINT NOT NULL,
	CONSTRAINT video_has_a_title CHECK (title <> ''),
	CONSTRAINT video_has_something_to_play CHECK (media <> ''),
	CONSTRAINT video_measures_are_not_negative CHECK (duration_ms >= 0 AND width >= 0 AND height >= 0),
	CONSTRAINT video_gifts_are_on_or_off CHECK (gifts_on IN (0, 1)),
	CONSTRAINT video_is_public_or_hidden CHECK (visibility IN ('public', 'hidden'))
);
CREATE INDEX video_latest ON video (posted_us, id) WHERE visibility = 'public';
CREATE INDEX video_creator ON video (creator_id, posted_us, id);

CREATE TABLE live_room (
	id TEXT PRIMARY KEY,
	creator_id TEXT NOT NULL,
	title TEXT NOT NULL,
	poster TEXT NOT NULL,
	state TEXT NOT NULL,
	gifts_on BIGINT NOT NULL,
	opened_us BIGINT NOT NULL,
	started_us BIGINT NOT NULL,
	ended_us BIGINT NOT NULL,
	CONSTRAINT live_room_has_a_title CHECK (title <> ''),
	CONSTRAINT live_room_gifts_are_on_or_off CHECK (gifts_on IN (0, 1)),
	CONSTRAINT live_room_state_agrees_with_its_times CHECK (
		(state = 'scheduled' AND started_us = 0 AND ended_us = 0) OR
		(state = 'live' AND started_us > 0 AND ended_us = 0) OR
		(state = 'ended' AND ended_us >= started_us AND ended_us > 0))
);
CREATE INDEX live_room_now ON live_room (started_us, id) WHERE state = 'live';
CREATE INDEX live_room_creator ON live_room (creator_id, opened_us, id);

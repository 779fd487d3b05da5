-- +goose Up
-- How a LIVE's creator wants its chat. A LIVE without a row has the defaults.
CREATE TABLE chat_room (
	room TEXT PRIMARY KEY,
	is_on BIGINT NOT NULL,
	slow_us BIGINT NOT NULL,
	gap_us BIGINT NOT NULL,
	burst BIGINT NOT NULL,
	CONSTRAINT chat_is_on_or_off CHECK (is_on IN (0, 1)),
	CONSTRAINT chat_pace_is_a_pace CHECK (slow_us >= 0 AND gap_us > 0 AND burst > 0)
);

CREATE TABLE chat_message (
	id TEXT PRIMARY KEY,
	room TEXT NOT NULL,
	author_id TEXT NOT NULL,
	nonce TEXT NOT NULL,
	body TEXT NOT NULL,
	sent_us BIGINT NOT NULL,
	hidden_us BIGINT NOT NULL,
	hidden_by TEXT NOT NULL,
	CONSTRAINT chat_message_says_something CHECK (body <> ''),
	CONSTRAINT chat_message_is_hidden_by_somebody CHECK ((hidden_us = 0) = (hidden_by = ''))
);
CREATE INDEX chat_message_room ON chat_message (room, id);
CREATE UNIQUE INDEX chat_message_is_sent_once ON chat_message (room, author_id, nonce) WHERE nonce <> '';

-- What a person may do in a room: the instant from which the pace has forgotten
-- their messages, and since when they are muted.
CREATE TABLE chat_guest (
	room TEXT NOT NULL,
	person_id TEXT NOT NULL,
	paced_us BIGINT NOT NULL,
	muted_us BIGINT NOT NULL,
	muted_by TEXT NOT NULL,
	PRIMARY KEY (room, person_id),
	CONSTRAINT chat_guest_is_muted_by_somebody CHECK ((muted_us = 0) = (muted_by = ''))
);
CREATE INDEX chat_muted ON chat_guest (room, person_id) WHERE muted_us > 0;

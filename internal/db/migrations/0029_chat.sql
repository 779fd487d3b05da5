-- +goose Up
-- Nothing set the pace of a room's chat without slow mode, so it is no column.
CREATE TABLE chat_room_kept (
	room TEXT PRIMARY KEY,
	is_on BIGINT NOT NULL,
	slow_us BIGINT NOT NULL,
	CONSTRAINT chat_is_on_or_off CHECK (is_on IN (0, 1)),
	CONSTRAINT chat_pace_is_a_pace CHECK (slow_us >= 0)
);
INSERT INTO chat_room_kept (room, is_on, slow_us) SELECT room, is_on, slow_us FROM chat_room;
DROP TABLE chat_room;
ALTER TABLE chat_room_kept RENAME TO chat_room;

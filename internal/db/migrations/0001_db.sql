-- +goose Up
-- The pen: whoever holds this row's lock writes. See docs/adr/0002.
CREATE TABLE db_pen (
	id BIGINT PRIMARY KEY,
	epoch BIGINT NOT NULL
);
INSERT INTO db_pen (id, epoch) VALUES (1, 1);

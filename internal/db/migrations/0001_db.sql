-- +goose Up
-- The pen: whoever holds the lock of row 1 writes. See docs/adr/0002. On
-- PostgreSQL each process notes the number of its last transaction in a row of
-- its own, which tells whether a commit happened whose reply was lost.
CREATE TABLE db_pen (
	id BIGINT PRIMARY KEY,
	epoch BIGINT NOT NULL
);
INSERT INTO db_pen (id, epoch) VALUES (1, 1);

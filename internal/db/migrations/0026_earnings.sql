-- +goose Up
-- Up to this transfer, gifts on videos may have gone into the earning of gifts
-- on LIVEs: they had no earning of their own yet.
CREATE TABLE earning_source_place (
	id BIGINT PRIMARY KEY,
	seq BIGINT NOT NULL,
	CONSTRAINT earning_sources_began_once CHECK (id = 1 AND seq >= 0)
);
INSERT INTO earning_source_place (id, seq) SELECT 1, seq FROM ledger_head;

-- Those gifts were in no part: all is added up again, in the background.
DELETE FROM earning_part;
DELETE FROM earning_part_sum;
DELETE FROM earning_day;
UPDATE earning_part_place SET seq = 0;

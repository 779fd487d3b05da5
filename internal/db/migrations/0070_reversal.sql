-- +goose Up
-- A dispute may be won after it was lost: everything returns then. lost_us is when it
-- was lost, also if it was won since.
ALTER TABLE reversal ADD COLUMN lost_us BIGINT NOT NULL DEFAULT 0
	CONSTRAINT what_was_lost_is_lost_or_was_won_since CHECK (lost_us = 0 OR (lost_us > 0 AND state IN ('lost', 'won')));
UPDATE reversal SET lost_us = ended_us WHERE state = 'lost';

-- +goose Up
-- A session that a key has started may do no more than that key, and ends with
-- it; '' is a session that its person began. Of those started before, nobody
-- knows by which key, so they end.
ALTER TABLE session ADD COLUMN key_id TEXT NOT NULL DEFAULT '';
UPDATE session SET revoked_us = created_us WHERE origin = 'host' AND revoked_us = 0;

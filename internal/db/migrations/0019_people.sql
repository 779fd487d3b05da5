-- +goose Up
-- Operators look people up by how their name begins: in small letters, without
-- accents. Those from before keep their accents until they are changed, and on
-- SQLite, which knows the case of ASCII alone, their other capitals too: élodie
-- finds no Élodie from before.
ALTER TABLE person ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
UPDATE person SET name_key = LOWER(name);
CREATE INDEX person_by_name ON person (name_key, id);
CREATE INDEX person_suspended ON person (id) WHERE suspended_us > 0;

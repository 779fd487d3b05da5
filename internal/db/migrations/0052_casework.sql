-- +goose Up
-- A difference above agree_units of agree_asset (no asset: always; below zero: it
-- was not written down, as where a rule decided) is written off by two people:
-- proposed_by proposed it, for the reason in proposed_note.
ALTER TABLE casework_case ADD COLUMN agree_units BIGINT NOT NULL DEFAULT -1;
ALTER TABLE casework_case ADD COLUMN agree_asset TEXT NOT NULL DEFAULT '';
ALTER TABLE casework_case ADD COLUMN proposed_note TEXT NOT NULL DEFAULT '';
ALTER TABLE casework_case ADD COLUMN proposed_by TEXT NOT NULL DEFAULT ''
	CONSTRAINT whoever_proposed_it_does_not_close_it CHECK (proposed_by = '' OR proposed_by <> closed_by);

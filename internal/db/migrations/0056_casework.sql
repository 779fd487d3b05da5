-- +goose Up
-- A subject may raise the same kind of question more than once: about what was taken
-- and about what came back of it, or again after it was closed. part tells them apart.
CREATE TABLE casework_case_next (
	id TEXT PRIMARY KEY,
	kind TEXT NOT NULL,
	subject TEXT NOT NULL,
	part TEXT NOT NULL,
	person_id TEXT NOT NULL,
	amount_units BIGINT NOT NULL,
	amount_asset TEXT NOT NULL,
	account TEXT NOT NULL,
	words TEXT NOT NULL,
	state TEXT NOT NULL,
	opened_us BIGINT NOT NULL,
	closed_us BIGINT NOT NULL,
	closed_by TEXT NOT NULL,
	decision TEXT NOT NULL,
	note TEXT NOT NULL,
	agree_units BIGINT NOT NULL,
	agree_asset TEXT NOT NULL,
	proposed_by TEXT NOT NULL,
	proposed_note TEXT NOT NULL,
	CONSTRAINT whoever_proposed_it_does_not_close_it CHECK (proposed_by = '' OR proposed_by <> closed_by),
	CONSTRAINT case_is_opened_once_for_a_part_of_its_subject UNIQUE (kind, subject, part),
	CONSTRAINT case_says_what_it_is_about CHECK (kind <> '' AND subject <> '' AND words <> ''),
	CONSTRAINT case_amount_is_money_or_missing CHECK ((amount_asset = '') = (amount_units = 0)),
	CONSTRAINT difference_stands_in_suspense CHECK ((kind = 'difference' AND account LIKE 'suspense/_%' AND amount_units <> 0) OR (kind <> 'difference' AND account = '')),
	CONSTRAINT case_is_open_or_closed CHECK (state IN ('open', 'closed')),
	CONSTRAINT closed_case_says_who_when_and_what CHECK (state = 'open' OR (closed_us >= opened_us AND closed_by <> '' AND decision <> '')),
	CONSTRAINT open_case_is_not_decided CHECK (state = 'closed' OR (closed_us = 0 AND closed_by = '' AND decision = ''))
);
INSERT INTO casework_case_next (id, kind, subject, part, person_id, amount_units, amount_asset, account, words, state, opened_us, closed_us, closed_by, decision, note, agree_units, agree_asset, proposed_by, proposed_note)
	SELECT id, kind, subject, '', person_id, amount_units, amount_asset, account, words, state, opened_us, closed_us, closed_by, decision, note, agree_units, agree_asset, proposed_by, proposed_note FROM casework_case;
DROP TABLE casework_case;
ALTER TABLE casework_case_next RENAME TO casework_case;
CREATE INDEX casework_case_state ON casework_case (state, id);
CREATE INDEX casework_case_kind ON casework_case (kind, state, id);
CREATE INDEX casework_case_person ON casework_case (person_id, id) WHERE person_id <> '';
CREATE INDEX casework_case_subject ON casework_case (subject);

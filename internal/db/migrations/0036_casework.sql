-- +goose Up
-- What somebody has to look into: one row for each kind of question about a
-- subject. The amount of a difference stands in its account until it is closed;
-- it may be below zero, as the account may.
CREATE TABLE casework_case (
	id TEXT PRIMARY KEY,
	kind TEXT NOT NULL,
	subject TEXT NOT NULL,
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
	CONSTRAINT case_is_opened_once_for_its_subject UNIQUE (kind, subject),
	CONSTRAINT case_says_what_it_is_about CHECK (kind <> '' AND subject <> '' AND words <> ''),
	CONSTRAINT case_amount_is_money_or_missing CHECK ((amount_asset = '') = (amount_units = 0)),
	CONSTRAINT difference_stands_in_suspense CHECK ((kind = 'difference' AND account LIKE 'suspense/_%' AND amount_units <> 0) OR (kind <> 'difference' AND account = '')),
	CONSTRAINT case_is_open_or_closed CHECK (state IN ('open', 'closed')),
	CONSTRAINT closed_case_says_who_when_and_what CHECK (state = 'open' OR (closed_us >= opened_us AND closed_by <> '' AND decision <> '')),
	CONSTRAINT open_case_is_not_decided CHECK (state = 'closed' OR (closed_us = 0 AND closed_by = '' AND decision = ''))
);
CREATE INDEX casework_case_state ON casework_case (state, id);
CREATE INDEX casework_case_kind ON casework_case (kind, state, id);
CREATE INDEX casework_case_person ON casework_case (person_id, id) WHERE person_id <> '';
CREATE INDEX casework_case_subject ON casework_case (subject);

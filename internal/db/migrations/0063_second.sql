-- +goose Up
-- What an operator has decided that moves or frees money by a word, and whether
-- another one had to agree. Above limit_units of limit_asset (no asset: always; below
-- zero: it was not written down) two people decide. ended_by is who agreed or declined.
CREATE TABLE second_decision (
	n BIGINT PRIMARY KEY,
	kind TEXT NOT NULL,
	subject TEXT NOT NULL,
	gets TEXT NOT NULL,
	amount_units BIGINT NOT NULL,
	amount_asset TEXT NOT NULL,
	limit_units BIGINT NOT NULL,
	limit_asset TEXT NOT NULL,
	proposed_by TEXT NOT NULL,
	why TEXT NOT NULL,
	proposed_us BIGINT NOT NULL,
	state TEXT NOT NULL,
	ended_by TEXT NOT NULL,
	ended_us BIGINT NOT NULL,
	CONSTRAINT decision_is_about_something CHECK (kind <> '' AND subject <> '' AND proposed_by <> ''),
	CONSTRAINT decision_is_of_money CHECK (amount_units >= 0 AND amount_asset <> ''),
	CONSTRAINT decision_state_is_known_word CHECK (state IN ('waits', 'alone', 'agreed', 'declined', 'lapsed', 'undone')),
	CONSTRAINT decision_has_an_end_when_it_does_not_wait CHECK ((state = 'waits') = (ended_us = 0)),
	CONSTRAINT decision_of_one_is_within_the_limit CHECK (state <> 'alone' OR limit_units < 0 OR (amount_asset = limit_asset AND amount_units <= limit_units)),
	CONSTRAINT who_agrees_is_another_person CHECK (state <> 'agreed' OR (ended_by NOT IN ('', proposed_by, gets) AND SUBSTR(ended_by, 1, 4) <> 'key_')),
	CONSTRAINT decision_that_waits_has_no_second CHECK (state NOT IN ('waits', 'alone', 'lapsed') OR ended_by = '')
);
CREATE UNIQUE INDEX one_decision_waits_about_a_subject ON second_decision (subject, kind) WHERE state = 'waits';
CREATE INDEX second_decision_subject ON second_decision (subject, n);
CREATE INDEX second_decision_gets ON second_decision (gets, kind, proposed_us);
CREATE INDEX second_decision_state ON second_decision (state, n);

-- What was decided before: the limit of it was not written down.
INSERT INTO second_decision (n, kind, subject, gets, amount_units, amount_asset, limit_units, limit_asset, proposed_by, why, proposed_us, state, ended_by, ended_us)
	SELECT ROW_NUMBER() OVER (ORDER BY a.seq), a.verb, a.subject, COALESCE(r.person_id, p.creator_id), COALESCE(r.amount_units, p.amount_units), COALESCE(r.amount_asset, p.amount_asset),
		-1, '', a.actor, a.reason, a.at_us, 'alone', '', a.at_us
	FROM audit_entry a LEFT JOIN reversal r ON r.id = a.subject LEFT JOIN payout p ON p.id = a.subject
	WHERE a.verb IN ('dispute.accept', 'payout.release') AND (r.id IS NOT NULL OR p.id IS NOT NULL);

-- +goose Up
-- Who decided what: one row for each act of an operator or of the host. Rows
-- are only ever added, and each hash covers the row and the hash before it.
CREATE TABLE audit_entry (
	seq BIGINT PRIMARY KEY,
	at_us BIGINT NOT NULL,
	actor TEXT NOT NULL,
	verb TEXT NOT NULL,
	subject TEXT NOT NULL,
	reason TEXT NOT NULL,
	changed TEXT NOT NULL,
	request TEXT NOT NULL,
	hash BYTEA NOT NULL,
	CONSTRAINT audit_entries_begin_with_one CHECK (seq > 0),
	CONSTRAINT audited_act_has_an_actor CHECK (actor <> ''),
	CONSTRAINT audited_verb_is_dotted CHECK (verb LIKE '_%.%_'),
	CONSTRAINT audited_change_is_an_object CHECK (changed LIKE '{%}')
);
CREATE INDEX audit_entry_actor ON audit_entry (actor, seq);
CREATE INDEX audit_entry_subject ON audit_entry (subject, seq);

-- One row: where the log ends. Everything that writes holds the pen, so the
-- numbers have no gap and the chain has one head.
CREATE TABLE audit_head (
	id BIGINT PRIMARY KEY,
	seq BIGINT NOT NULL,
	hash BYTEA NOT NULL,
	CONSTRAINT audit_has_one_head CHECK (id = 1)
);
INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, CAST('' AS BYTEA));

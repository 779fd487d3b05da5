-- +goose Up
-- Everything that the sandbox knows, one row an object: what Stripe would
-- show, and beside it what only the sandbox needs. seq is the order of birth.
CREATE TABLE sandbox_object (
	id TEXT NOT NULL,
	kind TEXT NOT NULL,
	account TEXT NOT NULL,
	seq BIGINT NOT NULL,
	body TEXT NOT NULL,
	CONSTRAINT one_row_an_object PRIMARY KEY (id),
	CONSTRAINT one_birth_a_row UNIQUE (seq)
);

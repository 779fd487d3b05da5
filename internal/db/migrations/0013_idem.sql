-- +goose Up
-- The first answer to each keyed request; see internal/idem.
CREATE TABLE idem (
	caller TEXT NOT NULL,
	operation TEXT NOT NULL,
	key TEXT NOT NULL,
	fingerprint BYTEA NOT NULL,
	status BIGINT NOT NULL,
	body TEXT NOT NULL,
	created_us BIGINT NOT NULL,
	PRIMARY KEY (caller, operation, key),
	CONSTRAINT key_is_not_empty CHECK (key <> ''),
	CONSTRAINT only_success_is_kept CHECK (status >= 200 AND status <= 299)
);

-- +goose Up
CREATE TABLE person (
	id TEXT PRIMARY KEY,
	handle TEXT NOT NULL,
	handle_skeleton TEXT NOT NULL,
	name TEXT NOT NULL,
	email TEXT NOT NULL,
	email_lower TEXT NOT NULL,
	password_hash TEXT NOT NULL,
	region TEXT NOT NULL,
	birth_date TEXT NOT NULL,
	locale TEXT NOT NULL,
	account_kind TEXT NOT NULL,
	external_id TEXT NOT NULL,
	created_us BIGINT NOT NULL,
	suspended_us BIGINT NOT NULL,
	suspended_reason TEXT NOT NULL,
	CONSTRAINT handle_has_its_skeleton CHECK ((handle = '') = (handle_skeleton = '')),
	CONSTRAINT account_kind_is_known CHECK (account_kind IN ('personal', 'business', 'government', 'political')),
	CONSTRAINT suspension_has_a_reason CHECK ((suspended_us = 0) = (suspended_reason = '')),
	CONSTRAINT person_can_be_addressed CHECK (handle <> '' OR external_id <> '')
);
CREATE UNIQUE INDEX person_by_handle ON person (handle_skeleton) WHERE handle_skeleton <> '';
CREATE UNIQUE INDEX person_by_email ON person (email_lower) WHERE email_lower <> '';
CREATE UNIQUE INDEX person_by_external ON person (external_id) WHERE external_id <> '';

CREATE TABLE person_role (
	person_id TEXT NOT NULL,
	role TEXT NOT NULL,
	since_us BIGINT NOT NULL,
	PRIMARY KEY (person_id, role),
	CONSTRAINT role_is_a_known_one CHECK (role IN ('fan', 'creator', 'operator')),
	CONSTRAINT role_belongs_to_a_person FOREIGN KEY (person_id) REFERENCES person (id)
);
CREATE INDEX person_role_by_role ON person_role (role, person_id) WHERE role = 'operator';

-- Tokens are kept as their SHA-256: who reads the table can not use them.
CREATE TABLE session (
	token_hash BYTEA PRIMARY KEY,
	id TEXT NOT NULL,
	person_id TEXT NOT NULL,
	origin TEXT NOT NULL,
	address TEXT NOT NULL,
	agent TEXT NOT NULL,
	created_us BIGINT NOT NULL,
	expires_us BIGINT NOT NULL,
	revoked_us BIGINT NOT NULL,
	CONSTRAINT session_begins_before_it_ends CHECK (expires_us > created_us),
	CONSTRAINT session_belongs_to_a_person FOREIGN KEY (person_id) REFERENCES person (id)
);
CREATE INDEX session_by_person ON session (person_id, created_us);
CREATE INDEX session_by_end ON session (expires_us);

-- person_id is empty for a key of the host platform.
CREATE TABLE api_key (
	id TEXT PRIMARY KEY,
	secret_hash BYTEA NOT NULL,
	last4 TEXT NOT NULL,
	name TEXT NOT NULL,
	scopes TEXT NOT NULL,
	mode TEXT NOT NULL,
	person_id TEXT NOT NULL,
	api_version TEXT NOT NULL,
	created_by TEXT NOT NULL,
	created_us BIGINT NOT NULL,
	revoked_us BIGINT NOT NULL,
	CONSTRAINT key_secret_is_unique UNIQUE (secret_hash),
	CONSTRAINT key_mode_is_known CHECK (mode IN ('test', 'live')),
	CONSTRAINT key_has_some_scope CHECK (scopes <> '')
);
CREATE INDEX api_key_by_person ON api_key (person_id, id);

CREATE TABLE one_time_link (
	token_hash BYTEA PRIMARY KEY,
	purpose TEXT NOT NULL,
	person_id TEXT NOT NULL,
	created_us BIGINT NOT NULL,
	expires_us BIGINT NOT NULL,
	used_us BIGINT NOT NULL,
	CONSTRAINT link_has_a_purpose CHECK (purpose <> ''),
	CONSTRAINT link_begins_before_it_ends CHECK (expires_us > created_us)
);
CREATE INDEX one_time_link_by_end ON one_time_link (expires_us);

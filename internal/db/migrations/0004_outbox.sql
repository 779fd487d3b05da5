-- +goose Up
-- What happened, in order and without gap. The public id of an event is made
-- from its sequence and instant.
CREATE TABLE outbox_event (
	sequence BIGINT PRIMARY KEY,
	type TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	topic TEXT NOT NULL,
	data TEXT NOT NULL
);

CREATE TABLE outbox_head (
	id BIGINT PRIMARY KEY,
	sequence BIGINT NOT NULL,
	CONSTRAINT outbox_has_one_head CHECK (id = 1)
);
INSERT INTO outbox_head (id, sequence) VALUES (1, 0);

-- Work that is due at an instant. A row is gone when the work is done.
CREATE TABLE due_work (
	kind TEXT NOT NULL,
	work_key TEXT NOT NULL,
	due_us BIGINT NOT NULL,
	attempts BIGINT NOT NULL,
	claim BIGINT NOT NULL,
	lease_us BIGINT NOT NULL,
	dead BIGINT NOT NULL,
	last_error TEXT NOT NULL,
	planned_us BIGINT NOT NULL,
	PRIMARY KEY (kind, work_key),
	CONSTRAINT work_is_dead_or_not CHECK (dead IN (0, 1))
);
CREATE INDEX due_work_due ON due_work (kind, due_us, work_key) WHERE dead = 0;

-- +goose Up
-- Where events are sent. The secrets are symmetric, as Standard Webhooks wants
-- it, so they are kept as they are: who reads this table can sign.
-- place is the last event of the log that was handed out, sequence the number
-- of the last delivery, removed the number up to which deliveries were removed.
CREATE TABLE webhook_endpoint (
	id TEXT PRIMARY KEY,
	url TEXT NOT NULL,
	description TEXT NOT NULL,
	types TEXT NOT NULL,
	state TEXT NOT NULL,
	disabled_code TEXT NOT NULL,
	disabled_reason TEXT NOT NULL,
	disabled_us BIGINT NOT NULL,
	secret TEXT NOT NULL,
	secret_us BIGINT NOT NULL,
	old_secret TEXT NOT NULL,
	old_until_us BIGINT NOT NULL,
	place BIGINT NOT NULL,
	sequence BIGINT NOT NULL,
	removed BIGINT NOT NULL,
	failing_us BIGINT NOT NULL,
	idem_key TEXT NOT NULL,
	fingerprint BIGINT NOT NULL,
	created_by TEXT NOT NULL,
	created_us BIGINT NOT NULL,
	CONSTRAINT endpoint_key_is_used_once_by_its_maker UNIQUE (created_by, idem_key),
	CONSTRAINT endpoint_state_is_a_known_word CHECK (state IN ('enabled', 'disabled', 'deleted')),
	CONSTRAINT endpoint_says_why_it_is_disabled CHECK ((state = 'disabled') = (disabled_code <> '') AND (disabled_code = '') = (disabled_us = 0)),
	CONSTRAINT endpoint_has_a_secret_until_it_is_deleted CHECK ((state = 'deleted') = (secret = '')),
	CONSTRAINT old_secret_ends_some_time CHECK ((old_secret = '') = (old_until_us = 0)),
	CONSTRAINT removed_deliveries_were_made CHECK (removed BETWEEN 0 AND sequence)
);

-- An event on its way to an endpoint. tries counts the attempts since it was
-- made or asked for again, attempts all of them.
CREATE TABLE webhook_delivery (
	id TEXT PRIMARY KEY,
	endpoint_id TEXT NOT NULL,
	sequence BIGINT NOT NULL,
	event BIGINT NOT NULL,
	type TEXT NOT NULL,
	state TEXT NOT NULL,
	tries BIGINT NOT NULL DEFAULT 0,
	attempts BIGINT NOT NULL DEFAULT 0,
	first_us BIGINT NOT NULL DEFAULT 0,
	next_us BIGINT NOT NULL,
	made_us BIGINT NOT NULL,
	ended_us BIGINT NOT NULL DEFAULT 0,
	CONSTRAINT delivery_has_its_own_number UNIQUE (endpoint_id, sequence),
	CONSTRAINT event_is_delivered_once_to_an_endpoint UNIQUE (endpoint_id, event),
	CONSTRAINT delivery_is_of_an_endpoint FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoint (id),
	CONSTRAINT delivery_state_is_a_known_word CHECK (state IN ('waiting', 'delivered', 'dead')),
	CONSTRAINT delivery_is_tried_ten_times_at_most CHECK (tries BETWEEN 0 AND 10 AND (state <> 'waiting' OR tries < 10)),
	CONSTRAINT waiting_delivery_has_its_next_try CHECK ((state = 'waiting') = (next_us > 0)),
	CONSTRAINT delivery_has_an_end_when_it_has_ended CHECK ((state = 'waiting') = (ended_us = 0))
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint_id, next_us, sequence) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_state ON webhook_delivery (endpoint_id, state, sequence);

CREATE TABLE webhook_attempt (
	delivery_id TEXT NOT NULL,
	number BIGINT NOT NULL,
	at_us BIGINT NOT NULL,
	took_us BIGINT NOT NULL,
	status BIGINT NOT NULL,
	error TEXT NOT NULL,
	answer TEXT NOT NULL,
	PRIMARY KEY (delivery_id, number),
	CONSTRAINT attempt_is_of_a_delivery FOREIGN KEY (delivery_id) REFERENCES webhook_delivery (id)
);

-- +goose Up
-- When an account was asked last for its news and all of them were taken; '' is our
-- own. The next poll goes back to then.
CREATE TABLE payment_poll (
	account TEXT PRIMARY KEY,
	at_us BIGINT NOT NULL,
	CONSTRAINT poll_was_at_an_instant CHECK (at_us > 0)
);

-- +goose Up
-- A creator's account at the provider, as it was last seen.
CREATE TABLE payout_account (
	person_id TEXT PRIMARY KEY,
	provider_id TEXT NOT NULL,
	transfers_enabled BIGINT NOT NULL,
	payouts_enabled BIGINT NOT NULL,
	due TEXT NOT NULL,
	disabled_reason TEXT NOT NULL,
	bank_name TEXT NOT NULL,
	bank_last4 TEXT NOT NULL,
	updated_us BIGINT NOT NULL,
	CONSTRAINT payout_account_belongs_to_one_person UNIQUE (provider_id)
);

CREATE TABLE payout (
	id TEXT PRIMARY KEY,
	creator_id TEXT NOT NULL,
	idem_key TEXT NOT NULL,
	fingerprint BIGINT NOT NULL,
	amount_units BIGINT NOT NULL,
	amount_asset TEXT NOT NULL,
	rule TEXT NOT NULL,
	state TEXT NOT NULL,
	account TEXT NOT NULL,
	attempt BIGINT NOT NULL,
	asked_us BIGINT NOT NULL,
	transfer_id TEXT NOT NULL,
	provider_payout TEXT NOT NULL,
	arrives_us BIGINT NOT NULL,
	failure_code TEXT NOT NULL,
	failure_reason TEXT NOT NULL,
	held_code TEXT NOT NULL,
	held_reason TEXT NOT NULL,
	held_by TEXT NOT NULL,
	held_us BIGINT NOT NULL,
	requested_us BIGINT NOT NULL,
	sent_us BIGINT NOT NULL,
	ended_us BIGINT NOT NULL,
	CONSTRAINT payout_key_is_used_once_by_a_creator UNIQUE (creator_id, idem_key),
	CONSTRAINT payout_is_of_money CHECK (amount_units > 0),
	CONSTRAINT payout_state_is_known_word CHECK (state IN ('scheduled', 'held', 'sending', 'sent', 'paid', 'returning', 'returned', 'failed', 'canceled')),
	CONSTRAINT sent_payout_has_a_transfer CHECK (state NOT IN ('sent', 'paid', 'returning', 'returned') OR transfer_id <> ''),
	CONSTRAINT sent_payout_is_known_to_the_provider CHECK (state NOT IN ('sent', 'paid') OR provider_payout <> ''),
	CONSTRAINT payout_has_an_end_when_it_has_ended CHECK ((state IN ('paid', 'returned', 'failed', 'canceled')) = (ended_us > 0)),
	CONSTRAINT held_payout_says_why_who_and_since CHECK (state <> 'held' OR (held_code <> '' AND held_reason <> '' AND held_by <> '' AND held_us > 0)),
	CONSTRAINT only_a_held_payout_is_said_to_be_held CHECK (state = 'held' OR (held_code = '' AND held_reason = '' AND held_by = '' AND held_us = 0)),
	CONSTRAINT held_payout_was_not_transferred CHECK (state <> 'held' OR transfer_id = ''),
	CONSTRAINT payout_has_an_attempt CHECK (attempt > 0)
);
CREATE INDEX payout_creator ON payout (creator_id, id);
CREATE INDEX payout_creator_state ON payout (creator_id, state, id);
CREATE UNIQUE INDEX payout_of_provider ON payout (provider_payout) WHERE provider_payout <> '';
CREATE UNIQUE INDEX payout_of_transfer ON payout (transfer_id) WHERE transfer_id <> '';
CREATE INDEX payout_under_way ON payout (id) WHERE ended_us = 0;
CREATE INDEX payout_ended ON payout (ended_us) WHERE ended_us > 0;

CREATE TABLE payout_line (
	payout_id TEXT NOT NULL,
	earning_id TEXT NOT NULL,
	units BIGINT NOT NULL,
	PRIMARY KEY (payout_id, earning_id),
	CONSTRAINT payout_line_is_of_money CHECK (units > 0),
	CONSTRAINT payout_line_is_of_a_payout FOREIGN KEY (payout_id) REFERENCES payout (id)
);
CREATE INDEX payout_line_earning ON payout_line (earning_id);

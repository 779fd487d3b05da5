-- +goose Up
-- How an account stood at the provider, each time that this changed: a payout
-- names the standing that it began under, so that the books can prove that the
-- provider had all that it wanted to know. Of accounts that were there before, the
-- standing of today is the first.
CREATE TABLE payout_account_seen (
	person_id TEXT NOT NULL,
	n BIGINT NOT NULL,
	seen_us BIGINT NOT NULL,
	provider_id TEXT NOT NULL,
	transfers_enabled BIGINT NOT NULL,
	payouts_enabled BIGINT NOT NULL,
	due TEXT NOT NULL,
	disabled_reason TEXT NOT NULL,
	PRIMARY KEY (person_id, n),
	CONSTRAINT seen_account_has_a_number CHECK (n > 0)
);
ALTER TABLE payout_account ADD COLUMN seen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payout ADD COLUMN account_no BIGINT NOT NULL DEFAULT 0;
INSERT INTO payout_account_seen (person_id, n, seen_us, provider_id, transfers_enabled, payouts_enabled, due, disabled_reason)
	SELECT person_id, 1, updated_us, provider_id, transfers_enabled, payouts_enabled, due, disabled_reason FROM payout_account;
UPDATE payout_account SET seen = 1;
UPDATE payout SET account_no = 1 WHERE begun_us > 0;

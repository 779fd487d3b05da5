-- +goose Up
CREATE TABLE payment_customer (
	person_id TEXT PRIMARY KEY,
	provider_id TEXT NOT NULL,
	CONSTRAINT customer_belongs_to_one_person UNIQUE (provider_id)
);

-- A charge: what we asked the provider for, and what it answered so far.
CREATE TABLE payment_charge (
	id TEXT PRIMARY KEY,
	purpose TEXT NOT NULL,
	subject TEXT NOT NULL,
	person_id TEXT NOT NULL,
	amount_units BIGINT NOT NULL,
	amount_asset TEXT NOT NULL,
	card TEXT NOT NULL,
	return_url TEXT NOT NULL,
	outcome TEXT NOT NULL,
	provider_id TEXT NOT NULL,
	action_url TEXT NOT NULL,
	settled_units BIGINT NOT NULL,
	settled_asset TEXT NOT NULL,
	fee_units BIGINT NOT NULL,
	card_brand TEXT NOT NULL,
	card_last4 TEXT NOT NULL,
	decline_code TEXT NOT NULL,
	decline_reason TEXT NOT NULL,
	created_us BIGINT NOT NULL,
	updated_us BIGINT NOT NULL,
	CONSTRAINT subject_is_charged_once UNIQUE (subject),
	CONSTRAINT charge_is_for_money CHECK (amount_units > 0),
	CONSTRAINT charge_outcome_is_known_word CHECK (outcome IN ('unknown', 'requires_action', 'pending', 'succeeded', 'failed', 'canceled')),
	CONSTRAINT paid_charge_is_known_to_the_provider CHECK (outcome <> 'succeeded' OR provider_id <> ''),
	CONSTRAINT charge_fee_is_not_negative CHECK (fee_units >= 0),
	CONSTRAINT fee_is_known_with_the_settlement CHECK (settled_asset <> '' OR (settled_units = 0 AND fee_units = 0))
);
CREATE UNIQUE INDEX charge_of_provider ON payment_charge (provider_id) WHERE provider_id <> '';
CREATE INDEX charge_under_way ON payment_charge (id) WHERE (outcome IN ('unknown', 'requires_action', 'pending') OR (outcome = 'succeeded' AND settled_asset = ''));

-- News from the provider that had their effect; the row and the effect are
-- one transaction.
CREATE TABLE payment_event (
	id TEXT PRIMARY KEY,
	type TEXT NOT NULL,
	object_id TEXT NOT NULL,
	applied_us BIGINT NOT NULL
);

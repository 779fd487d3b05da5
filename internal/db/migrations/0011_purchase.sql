-- +goose Up
CREATE TABLE coin_purchase (
	id TEXT PRIMARY KEY,
	person_id TEXT NOT NULL,
	idem_key TEXT NOT NULL,
	fingerprint BIGINT NOT NULL,
	coins BIGINT NOT NULL,
	price_units BIGINT NOT NULL,
	price_asset TEXT NOT NULL,
	pack_version TEXT NOT NULL,
	lot_id TEXT NOT NULL,
	first_action_url TEXT NOT NULL,
	created_us BIGINT NOT NULL,
	completed_us BIGINT NOT NULL,
	CONSTRAINT purchase_key_is_used_once_by_a_person UNIQUE (person_id, idem_key),
	CONSTRAINT purchase_is_of_coins_for_money CHECK (coins > 0 AND price_units > 0),
	CONSTRAINT completed_purchase_has_its_lot CHECK ((completed_us = 0) = (lot_id = ''))
);
CREATE INDEX coin_purchase_person ON coin_purchase (person_id, id);
CREATE UNIQUE INDEX coin_purchase_lot ON coin_purchase (lot_id) WHERE lot_id <> '';

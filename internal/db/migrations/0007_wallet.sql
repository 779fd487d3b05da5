-- +goose Up
CREATE TABLE coin_pack (
	version TEXT NOT NULL,
	currency TEXT NOT NULL,
	coins BIGINT NOT NULL,
	price_units BIGINT NOT NULL,
	from_us BIGINT NOT NULL,
	PRIMARY KEY (version, currency, coins),
	CONSTRAINT pack_holds_coins_for_money CHECK (coins > 0 AND price_units > 0)
);

-- The coins of one purchase or promotion. What is left of them is the
-- balance of the lot's account; open says whether anything is.
CREATE TABLE wallet_lot (
	id TEXT PRIMARY KEY,
	person_id TEXT NOT NULL,
	cause TEXT NOT NULL,
	promo BIGINT NOT NULL,
	account_id BIGINT NOT NULL,
	coins BIGINT NOT NULL,
	paid_units BIGINT NOT NULL,
	paid_asset TEXT NOT NULL,
	opened_us BIGINT NOT NULL,
	open BIGINT NOT NULL,
	CONSTRAINT lot_is_made_once_per_cause UNIQUE (cause),
	CONSTRAINT lot_has_an_account_of_its_own UNIQUE (account_id),
	CONSTRAINT lot_holds_coins CHECK (coins > 0),
	CONSTRAINT lot_is_paid_or_promotional CHECK ((promo = 0 AND paid_units > 0) OR (promo = 1 AND paid_units = 0)),
	CONSTRAINT lot_is_open_or_not CHECK (open IN (0, 1))
);
CREATE INDEX wallet_lot_open ON wallet_lot (person_id) WHERE open = 1;
CREATE INDEX wallet_lot_person ON wallet_lot (person_id, id);

-- +goose Up
-- One row: where the journal ends. Everything that posts holds the pen, so
-- the numbers have no gap and the chain has one head.
CREATE TABLE ledger_head (
	id BIGINT PRIMARY KEY,
	seq BIGINT NOT NULL,
	hash BYTEA NOT NULL,
	last_account BIGINT NOT NULL,
	at_us BIGINT NOT NULL,
	CONSTRAINT ledger_has_one_head CHECK (id = 1)
);
INSERT INTO ledger_head (id, seq, hash, last_account, at_us) VALUES (1, 0, CAST('' AS BYTEA), 0, 0);

CREATE TABLE ledger_account (
	id BIGINT PRIMARY KEY,
	path TEXT NOT NULL,
	asset TEXT NOT NULL,
	balance BIGINT NOT NULL,
	floor BIGINT NOT NULL,
	last_seq BIGINT NOT NULL,
	CONSTRAINT account_path_and_asset_are_unique UNIQUE (path, asset),
	CONSTRAINT balance_not_below_floor CHECK (balance >= floor),
	CONSTRAINT balance_within_range CHECK (balance > -4611686018427387904 AND balance < 4611686018427387904)
);

CREATE TABLE ledger_transfer (
	seq BIGINT PRIMARY KEY,
	kind TEXT NOT NULL,
	cause TEXT NOT NULL,
	rule TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	hash BYTEA NOT NULL,
	CONSTRAINT transfer_happens_once_per_cause_and_kind UNIQUE (cause, kind)
);

-- A line moves an amount from one account to another of the same asset, so a
-- transfer sums to zero by its form. See docs/adr/0003.
CREATE TABLE ledger_line (
	seq BIGINT NOT NULL,
	n BIGINT NOT NULL,
	from_account BIGINT NOT NULL,
	to_account BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	from_prev BIGINT NOT NULL,
	to_prev BIGINT NOT NULL,
	PRIMARY KEY (seq, n),
	CONSTRAINT line_follows_earlier_transfers CHECK (from_prev >= 0 AND from_prev < seq AND to_prev >= 0 AND to_prev < seq),
	CONSTRAINT line_moves_a_positive_amount CHECK (amount > 0 AND amount < 4611686018427387904),
	CONSTRAINT line_moves_between_two_accounts CHECK (from_account <> to_account)
);

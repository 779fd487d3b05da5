-- +goose Up
-- The movements on our balance at the provider, each as it tells it. cause is the
-- id of our row that it belongs to, '' while none is known; an entry that was
-- booked for what it is has itself as cause.
CREATE TABLE reconcile_entry (
	id TEXT PRIMARY KEY,
	provider_id TEXT NOT NULL,
	type TEXT NOT NULL,
	source_kind TEXT NOT NULL,
	source TEXT NOT NULL,
	ref TEXT NOT NULL,
	parent TEXT NOT NULL,
	cause TEXT NOT NULL,
	amount_units BIGINT NOT NULL,
	fee_units BIGINT NOT NULL,
	net_units BIGINT NOT NULL,
	asset TEXT NOT NULL,
	created_us BIGINT NOT NULL,
	seen_us BIGINT NOT NULL,
	booked TEXT NOT NULL,
	CONSTRAINT entry_is_kept_once UNIQUE (provider_id),
	CONSTRAINT entry_is_net_of_its_fee CHECK (net_units = amount_units - fee_units),
	CONSTRAINT entry_is_booked_to_the_bank_or_to_suspense CHECK (booked IN ('', 'bank', 'suspense')),
	CONSTRAINT entry_that_is_booked_has_a_cause CHECK (booked = '' OR cause <> '')
);
CREATE INDEX reconcile_entry_cause ON reconcile_entry (cause, id);
CREATE INDEX reconcile_entry_created ON reconcile_entry (created_us);
CREATE INDEX reconcile_entry_suspense ON reconcile_entry (id) WHERE booked = 'suspense';

-- The causes that have to be compared: those that something came for since, and
-- those that differed.
CREATE TABLE reconcile_open (
	cause TEXT PRIMARY KEY,
	seen_us BIGINT NOT NULL
);

-- The number of the last transfer whose cause was compared.
CREATE TABLE reconcile_place (
	id BIGINT PRIMARY KEY,
	seq BIGINT NOT NULL,
	CONSTRAINT reconcile_has_one_place CHECK (id = 1 AND seq >= 0)
);
INSERT INTO reconcile_place (id, seq) VALUES (1, 0);

-- How the last comparisons ended. totals and differences are JSON lists.
CREATE TABLE reconcile_run (
	at_us BIGINT PRIMARY KEY,
	took_us BIGINT NOT NULL,
	since_us BIGINT NOT NULL,
	entries BIGINT NOT NULL,
	fresh BIGINT NOT NULL,
	booked BIGINT NOT NULL,
	causes BIGINT NOT NULL,
	problems BIGINT NOT NULL,
	in_flight BIGINT NOT NULL,
	totals TEXT NOT NULL,
	differences TEXT NOT NULL,
	CONSTRAINT reconciliation_counts_something_or_nothing CHECK (took_us >= 0 AND entries >= 0 AND fresh >= 0 AND booked >= 0 AND causes >= 0 AND problems >= 0 AND in_flight >= 0)
);

-- +goose Up
-- The catalogue, by version and from an instant on. after_seq is the last
-- transfer that was posted before the item was known.
CREATE TABLE gift_item (
	version TEXT NOT NULL,
	id TEXT NOT NULL,
	name TEXT NOT NULL,
	emoji TEXT NOT NULL,
	price_coins BIGINT NOT NULL,
	streakable BIGINT NOT NULL,
	on_video BIGINT NOT NULL,
	on_live BIGINT NOT NULL,
	from_us BIGINT NOT NULL,
	after_seq BIGINT NOT NULL,
	PRIMARY KEY (version, id),
	CONSTRAINT gift_costs_coins CHECK (price_coins > 0),
	CONSTRAINT gift_flags_are_flags CHECK (streakable IN (0, 1) AND on_video IN (0, 1) AND on_live IN (0, 1))
);

-- A gift is also the memory of its idempotency key: the answer to a repeated
-- call is made from this row.
CREATE TABLE gift (
	id TEXT PRIMARY KEY,
	idem_key TEXT NOT NULL,
	sender_id TEXT NOT NULL,
	fingerprint BIGINT NOT NULL,
	item TEXT NOT NULL,
	price_coins BIGINT NOT NULL,
	quantity BIGINT NOT NULL,
	diamonds BIGINT NOT NULL,
	creator_id TEXT NOT NULL,
	target TEXT NOT NULL,
	combo TEXT NOT NULL,
	combo_seq BIGINT NOT NULL,
	combo_count BIGINT NOT NULL,
	combo_coins BIGINT NOT NULL,
	balance_after BIGINT NOT NULL,
	transfer_seq BIGINT NOT NULL,
	sent_us BIGINT NOT NULL,
	CONSTRAINT gift_key_is_used_once_by_a_sender UNIQUE (idem_key, sender_id),
	CONSTRAINT gift_is_not_for_oneself CHECK (sender_id <> creator_id),
	CONSTRAINT gift_of_a_combo_is_a_numbered_tap CHECK ((combo = '') = (combo_seq = 0)),
	CONSTRAINT gift_has_a_quantity CHECK (quantity > 0 AND price_coins > 0 AND diamonds >= 0 AND balance_after >= 0)
);
CREATE UNIQUE INDEX gift_tap_is_counted_once ON gift (combo, combo_seq) WHERE combo <> '';

CREATE TABLE gift_combo (
	id TEXT PRIMARY KEY,
	sender_id TEXT NOT NULL,
	creator_id TEXT NOT NULL,
	target TEXT NOT NULL,
	item TEXT NOT NULL,
	taps BIGINT NOT NULL,
	count BIGINT NOT NULL,
	coins BIGINT NOT NULL,
	diamonds BIGINT NOT NULL,
	started_us BIGINT NOT NULL,
	ends_us BIGINT NOT NULL,
	shown_count BIGINT NOT NULL,
	shown_us BIGINT NOT NULL,
	ended_us BIGINT NOT NULL,
	CONSTRAINT combo_shows_at_most_its_count CHECK (shown_count <= count),
	CONSTRAINT combo_ends_after_it_started CHECK (ended_us = 0 OR ended_us >= started_us)
);

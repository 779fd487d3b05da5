-- +goose Up
-- Money of a charge that goes back to who paid: by a refund of ours, or because
-- the bank of the card takes it (dispute). amount is of the charge. What of the
-- lot was not spent is set aside: lot_coins of it, worth lot_units; spent_coins
-- were spent, whose gifts reversal_part lists.
CREATE TABLE reversal (
	id TEXT PRIMARY KEY,
	charge_id TEXT NOT NULL,
	subject TEXT NOT NULL,
	person_id TEXT NOT NULL,
	idem_key TEXT NOT NULL,
	fingerprint BIGINT NOT NULL,
	amount_units BIGINT NOT NULL,
	amount_asset TEXT NOT NULL,
	reason TEXT NOT NULL,
	note TEXT NOT NULL,
	asked_by TEXT NOT NULL,
	lot_id TEXT NOT NULL,
	lot_coins BIGINT NOT NULL,
	lot_units BIGINT NOT NULL,
	spent_coins BIGINT NOT NULL,
	state TEXT NOT NULL,
	provider_id TEXT NOT NULL,
	attempt BIGINT NOT NULL,
	asked_us BIGINT NOT NULL,
	moved_units BIGINT NOT NULL,
	moved_asset TEXT NOT NULL,
	fee_units BIGINT NOT NULL,
	failure_code TEXT NOT NULL,
	failure_reason TEXT NOT NULL,
	evidence TEXT NOT NULL,
	due_us BIGINT NOT NULL,
	opened_us BIGINT NOT NULL,
	ended_us BIGINT NOT NULL,
	CONSTRAINT reversal_key_is_used_once UNIQUE (asked_by, idem_key),
	CONSTRAINT reversal_is_of_money CHECK (amount_units > 0 AND lot_coins >= 0 AND lot_units >= 0 AND spent_coins >= 0),
	CONSTRAINT reversal_state_is_known_word CHECK (state IN ('proposed', 'declined', 'asking', 'pending', 'refunded', 'failed', 'bounced', 'repaid', 'inquiry', 'open', 'answered', 'won', 'lost', 'closed')),
	CONSTRAINT reversal_has_an_end_when_it_has_ended CHECK ((state IN ('declined', 'refunded', 'failed', 'repaid', 'won', 'lost', 'closed')) = (ended_us > 0)),
	CONSTRAINT money_that_moved_is_known_to_the_provider CHECK (moved_asset = '' OR provider_id <> ''),
	CONSTRAINT failed_reversal_says_why CHECK (state NOT IN ('failed', 'bounced', 'declined') OR failure_reason <> '')
);
CREATE UNIQUE INDEX reversal_of_provider ON reversal (provider_id) WHERE provider_id <> '';
CREATE INDEX reversal_subject ON reversal (subject, id);
CREATE INDEX reversal_person ON reversal (person_id, id);
CREATE INDEX reversal_state ON reversal (state, id);
CREATE INDEX reversal_under_way ON reversal (id) WHERE ended_us = 0;

-- The gifts that the spent coins of a reversal were given for: so many coins of
-- the lot, and the diamonds that they became of the earning.
CREATE TABLE reversal_part (
	reversal_id TEXT NOT NULL,
	seq BIGINT NOT NULL,
	coins BIGINT NOT NULL,
	diamonds BIGINT NOT NULL,
	earning_id TEXT NOT NULL,
	PRIMARY KEY (reversal_id, seq),
	CONSTRAINT reversal_part_is_of_coins CHECK (coins > 0 AND diamonds >= 0)
);
CREATE INDEX reversal_part_seq ON reversal_part (seq);

-- When people may have coins refunded themselves that they did not spend, by
-- region ('' is everywhere else), and from which amount on a second operator has to
-- agree to a refund. Versions never change.
CREATE TABLE reversal_rule (
	version TEXT NOT NULL,
	region TEXT NOT NULL,
	from_us BIGINT NOT NULL,
	days BIGINT NOT NULL,
	agree_units BIGINT NOT NULL,
	agree_asset TEXT NOT NULL,
	PRIMARY KEY (version, region),
	CONSTRAINT refund_days_are_not_negative CHECK (days >= 0 AND agree_units >= 0)
);

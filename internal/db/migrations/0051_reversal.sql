-- +goose Up
-- The key of a request belongs to the person whose payment it is about, whoever
-- sends it; rows of the provider have none. unspent_only says that nothing is taken
-- back from creators. decision_id is the first refund of those that were decided as
-- one. Above agree_units of agree_asset (no asset: always; below zero: it was not
-- written down) two people decide: agreed_by is who agreed to what asked_by
-- proposed. repay_by is who proposed to note that it was paid in another way, and
-- repay_how how. refunded_us stays when a bank sends the money back.
CREATE TABLE reversal_before AS SELECT * FROM reversal;
DROP TABLE reversal;
CREATE TABLE reversal_next (
	id TEXT PRIMARY KEY,
	charge_id TEXT NOT NULL,
	subject TEXT NOT NULL,
	person_id TEXT NOT NULL,
	idem_key TEXT NOT NULL,
	fingerprint BIGINT NOT NULL,
	amount_units BIGINT NOT NULL,
	amount_asset TEXT NOT NULL,
	unspent_only BIGINT NOT NULL,
	reason TEXT NOT NULL,
	note TEXT NOT NULL,
	asked_by TEXT NOT NULL,
	decision_id TEXT NOT NULL,
	agree_units BIGINT NOT NULL,
	agree_asset TEXT NOT NULL,
	agreed_by TEXT NOT NULL,
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
	beyond_units BIGINT NOT NULL,
	fee_units BIGINT NOT NULL,
	failure_code TEXT NOT NULL,
	failure_reason TEXT NOT NULL,
	evidence TEXT NOT NULL,
	repay_by TEXT NOT NULL,
	repay_how TEXT NOT NULL,
	due_us BIGINT NOT NULL,
	opened_us BIGINT NOT NULL,
	refunded_us BIGINT NOT NULL,
	ended_us BIGINT NOT NULL,
	CONSTRAINT reversal_is_of_money CHECK (amount_units > 0 AND lot_coins >= 0 AND lot_units >= 0 AND spent_coins >= 0),
	CONSTRAINT reversal_of_unspent_coins_takes_no_gifts CHECK (unspent_only = 0 OR (unspent_only = 1 AND spent_coins = 0)),
	CONSTRAINT reversal_state_is_known_word CHECK (state IN ('proposed', 'declined', 'asking', 'pending', 'refunded', 'failed', 'bounced', 'repaid', 'inquiry', 'open', 'answered', 'won', 'lost', 'closed')),
	CONSTRAINT reversal_has_an_end_when_it_has_ended CHECK ((state IN ('declined', 'refunded', 'failed', 'repaid', 'won', 'lost', 'closed')) = (ended_us > 0)),
	CONSTRAINT money_that_moved_is_known_to_the_provider CHECK (moved_asset = '' OR provider_id <> ''),
	CONSTRAINT failed_reversal_says_why CHECK (state NOT IN ('failed', 'bounced', 'declined') OR failure_reason <> ''),
	CONSTRAINT beyond_is_a_part_of_a_dispute CHECK (beyond_units >= 0 AND beyond_units <= amount_units AND (beyond_units = 0 OR SUBSTR(id, 1, 4) = 'dsp_')),
	CONSTRAINT whoever_proposed_did_not_agree CHECK (agreed_by = '' OR (agreed_by <> asked_by AND agreed_by <> person_id AND state <> 'proposed')),
	CONSTRAINT what_was_paid_in_another_way_says_how CHECK ((repay_by = '') = (repay_how = ''))
);
INSERT INTO reversal_next (id, charge_id, subject, person_id, idem_key, fingerprint, amount_units, amount_asset, unspent_only, reason, note, asked_by, decision_id, agree_units, agree_asset, agreed_by,
		lot_id, lot_coins, lot_units, spent_coins, state, provider_id, attempt, asked_us, moved_units, moved_asset, beyond_units, fee_units, failure_code, failure_reason, evidence, repay_by, repay_how,
		due_us, opened_us, refunded_us, ended_us)
	SELECT id, charge_id, subject, person_id, idem_key, fingerprint, amount_units, amount_asset, 0, reason, note, asked_by, '', -1, '',
		COALESCE((SELECT MAX(a.actor) FROM audit_entry a WHERE a.subject = b.id AND a.verb = 'refund.agree' AND a.actor <> b.asked_by AND a.actor <> b.person_id), ''),
		lot_id, lot_coins, lot_units, spent_coins, state, provider_id, attempt, asked_us, moved_units, moved_asset, beyond_units, fee_units, failure_code, failure_reason, evidence, '', '',
		due_us, opened_us, CASE WHEN state = 'refunded' THEN ended_us ELSE 0 END, ended_us FROM reversal_before b;
DROP TABLE reversal_before;
ALTER TABLE reversal_next RENAME TO reversal;
CREATE UNIQUE INDEX reversal_key_is_used_once_by_a_person ON reversal (person_id, idem_key) WHERE asked_by <> 'provider';
CREATE UNIQUE INDEX reversal_of_provider ON reversal (provider_id) WHERE provider_id <> '';
CREATE INDEX reversal_subject ON reversal (subject, id);
CREATE INDEX reversal_person ON reversal (person_id, id);
CREATE INDEX reversal_state ON reversal (state, id);
CREATE INDEX reversal_charge ON reversal (charge_id);
CREATE INDEX reversal_under_way ON reversal (id) WHERE ended_us = 0;

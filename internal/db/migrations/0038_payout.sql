-- +goose Up
-- When a payout goes, which of one request it is, and when a hold ends by itself.
-- planned_us is what the request was answered, goes_us what holds now. begun_us is
-- when nothing stood in its way, and bank_no the bank of that instant.
ALTER TABLE payout ADD COLUMN goes_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payout ADD COLUMN planned_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payout ADD COLUMN begun_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payout ADD COLUMN bank_no BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payout ADD COLUMN group_id TEXT NOT NULL DEFAULT '';
ALTER TABLE payout ADD COLUMN run TEXT NOT NULL DEFAULT '';
ALTER TABLE payout ADD COLUMN held_until_us BIGINT NOT NULL DEFAULT 0
	CONSTRAINT only_a_held_payout_has_the_end_of_a_hold CHECK (held_until_us = 0 OR (state = 'held' AND held_until_us > held_us));
UPDATE payout SET goes_us = requested_us + 60000000, planned_us = requested_us + 60000000, group_id = id,
	begun_us = CASE WHEN transfer_id <> '' OR state = 'sending' THEN requested_us + 60000000 ELSE 0 END;
CREATE INDEX payout_group ON payout (group_id, id);
CREATE INDEX payout_creator_goes ON payout (creator_id, amount_asset, goes_us);

-- What the provider says of an account besides: what is overdue and until when,
-- what it looks at, and which bank. A bank that has changed holds payouts.
ALTER TABLE payout_account ADD COLUMN past_due TEXT NOT NULL DEFAULT '';
ALTER TABLE payout_account ADD COLUMN in_review TEXT NOT NULL DEFAULT '';
ALTER TABLE payout_account ADD COLUMN deadline_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payout_account ADD COLUMN bank_print TEXT NOT NULL DEFAULT '';
ALTER TABLE payout_account ADD COLUMN currencies TEXT NOT NULL DEFAULT '';
ALTER TABLE payout_account ADD COLUMN bank_changed_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payout_account ADD COLUMN bank_no BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payout_account ADD COLUMN opened BIGINT NOT NULL DEFAULT 1
	CONSTRAINT payout_account_was_opened CHECK (opened > 0);

-- The calendar and the limits of payouts, by version and from an instant on. The
-- limits of the rate card's own currency are the rate card's; monthly_units is its
-- least of a month.
CREATE TABLE payout_rules (
	version TEXT PRIMARY KEY,
	from_us BIGINT NOT NULL,
	notice_day BIGINT NOT NULL,
	pay_day BIGINT NOT NULL,
	monthly_units BIGINT NOT NULL,
	CONSTRAINT payout_days_are_in_every_month CHECK (notice_day >= 1 AND pay_day > notice_day AND pay_day <= 28),
	CONSTRAINT payout_month_has_a_minimum CHECK (monthly_units >= 0)
);

CREATE TABLE payout_limit (
	version TEXT NOT NULL,
	asset TEXT NOT NULL,
	daily_cap_units BIGINT NOT NULL,
	minimum_units BIGINT NOT NULL,
	monthly_units BIGINT NOT NULL,
	PRIMARY KEY (version, asset),
	CONSTRAINT payout_limit_is_of_rules FOREIGN KEY (version) REFERENCES payout_rules (version),
	CONSTRAINT payout_limits_leave_room CHECK (minimum_units >= 0 AND daily_cap_units > 0 AND daily_cap_units >= minimum_units AND monthly_units >= minimum_units)
);

-- Which sources are paid out on request, and which on the days of the calendar.
CREATE TABLE payout_source (
	version TEXT NOT NULL,
	source TEXT NOT NULL,
	calendar TEXT NOT NULL,
	PRIMARY KEY (version, source),
	CONSTRAINT payout_source_is_of_rules FOREIGN KEY (version) REFERENCES payout_rules (version),
	CONSTRAINT payout_calendar_is_known_word CHECK (calendar IN ('request', 'monthly'))
);

-- Who has chosen to be paid by the calendar, since when.
CREATE TABLE payout_choice (
	person_id TEXT PRIMARY KEY,
	calendar TEXT NOT NULL,
	since_us BIGINT NOT NULL,
	CONSTRAINT payout_choice_is_known_word CHECK (calendar IN ('request', 'monthly'))
);

-- A creator's month in one currency: what was announced, and what came of it.
-- It is here once, so a month is told once and paid once.
CREATE TABLE payout_month (
	creator_id TEXT NOT NULL,
	month TEXT NOT NULL,
	asset TEXT NOT NULL,
	rule TEXT NOT NULL,
	notice_us BIGINT NOT NULL,
	notice_units BIGINT NOT NULL,
	run_us BIGINT NOT NULL,
	outcome TEXT NOT NULL,
	units BIGINT NOT NULL,
	group_id TEXT NOT NULL,
	PRIMARY KEY (creator_id, month, asset),
	CONSTRAINT payout_month_is_announced_paid_or_carried CHECK (outcome IN ('', 'paid', 'carried')),
	CONSTRAINT payout_month_that_ran_has_an_outcome CHECK ((outcome = '') = (run_us = 0)),
	CONSTRAINT paid_month_names_its_payouts CHECK ((outcome = 'paid') = (group_id <> ''))
);
CREATE INDEX payout_month_group ON payout_month (group_id) WHERE group_id <> '';

-- The balance of a creator's account as the provider told it last.
CREATE TABLE payout_balance (
	person_id TEXT NOT NULL,
	asset TEXT NOT NULL,
	available_units BIGINT NOT NULL,
	pending_units BIGINT NOT NULL,
	transit_units BIGINT NOT NULL,
	seen_us BIGINT NOT NULL,
	PRIMARY KEY (person_id, asset)
);

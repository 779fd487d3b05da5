-- +goose Up
-- What an operator has decided about a dispute and the provider has not confirmed
-- yet: it is written down before the provider is asked, so that whatever becomes of
-- the call it is done, and it is known who did it.
ALTER TABLE reversal ADD COLUMN intent TEXT NOT NULL DEFAULT ''
	CONSTRAINT intent_is_about_a_dispute_under_way CHECK (intent = '' OR (intent IN ('answer', 'accept') AND state IN ('inquiry', 'open', 'answered')));
ALTER TABLE reversal ADD COLUMN intent_text TEXT NOT NULL DEFAULT ''
	CONSTRAINT intent_says_what CHECK ((intent = '') = (intent_text = ''));
ALTER TABLE reversal ADD COLUMN intent_by TEXT NOT NULL DEFAULT ''
	CONSTRAINT intent_says_who CHECK ((intent = '') = (intent_by = ''));

-- +goose Up
-- The last digits of the bank that a payout began with: papers about it say the
-- same when the creator has another bank.
ALTER TABLE payout ADD COLUMN bank_last4 TEXT NOT NULL DEFAULT '';
UPDATE payout SET bank_last4 = COALESCE((SELECT a.bank_last4 FROM payout_account a WHERE a.person_id = payout.creator_id AND a.bank_no = payout.bank_no), '')
	WHERE begun_us > 0;

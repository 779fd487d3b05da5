-- +goose Up
-- What of the charge went back, or is on its way back, and what of it a bank has
-- taken back or may keep.
ALTER TABLE payment_charge ADD COLUMN refunded_units BIGINT NOT NULL DEFAULT 0 CONSTRAINT refunds_are_not_negative CHECK (refunded_units >= 0);
ALTER TABLE payment_charge ADD COLUMN disputed_units BIGINT NOT NULL DEFAULT 0 CONSTRAINT no_more_goes_back_than_was_charged CHECK (disputed_units >= 0 AND refunded_units + disputed_units <= amount_units);
CREATE INDEX payment_charge_person ON payment_charge (person_id, id);

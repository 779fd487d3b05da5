-- +goose Up
-- Coins that refunds and disputes took out of the lot, for good or until it is
-- decided: the last ones of what was bought.
ALTER TABLE wallet_lot ADD COLUMN aside_coins BIGINT NOT NULL DEFAULT 0 CONSTRAINT lot_sets_aside_at_most_its_coins CHECK (aside_coins >= 0 AND aside_coins <= coins);

-- +goose Up
-- Whether the boards are being forgotten, to be counted anew: that takes more
-- than one transaction, and nothing is counted meanwhile.
ALTER TABLE support_place ADD COLUMN forgetting BIGINT NOT NULL DEFAULT 0 CONSTRAINT support_is_forgotten_or_counted CHECK (forgetting IN (0, 1));

-- +goose Up
-- What 0068 and 0069 needed once: it would cost every transfer.
DROP INDEX ledger_transfer_at;

-- +goose Up
-- The books never go back in time, so that by this index the last transfer of an
-- instant is found at once. 0068 and 0069 ask for it, and 0071 drops it.
CREATE INDEX ledger_transfer_at ON ledger_transfer (at_us, seq);

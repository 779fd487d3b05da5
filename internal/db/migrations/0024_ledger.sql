-- +goose Up
-- How the last checks of the books ended. findings is a JSON list of the first
-- of them.
CREATE TABLE ledger_verification (
	at_us BIGINT PRIMARY KEY,
	took_us BIGINT NOT NULL,
	transfers BIGINT NOT NULL,
	head TEXT NOT NULL,
	problems BIGINT NOT NULL,
	findings TEXT NOT NULL,
	CONSTRAINT verification_has_problems_or_none CHECK (problems >= 0 AND transfers >= 0 AND took_us >= 0)
);

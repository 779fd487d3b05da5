-- +goose Up
-- What came back of a payout and repaid first what the reserve bore for a claw:
-- of the claw, whose units it became, while that was held; of the reserve once it
-- was kept.
CREATE TABLE earning_recovery (
	claw_id TEXT NOT NULL,
	payout_id TEXT NOT NULL,
	into_claw BIGINT NOT NULL,
	units BIGINT NOT NULL,
	at_us BIGINT NOT NULL,
	PRIMARY KEY (claw_id, payout_id),
	CONSTRAINT recovery_is_of_money CHECK (units > 0),
	CONSTRAINT recovery_goes_into_the_claw_or_the_reserve CHECK (into_claw IN (0, 1)),
	CONSTRAINT recovery_is_of_a_claw FOREIGN KEY (claw_id) REFERENCES earning_claw (id)
);
CREATE INDEX earning_recovery_payout ON earning_recovery (payout_id);

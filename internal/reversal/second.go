package reversal

import (
	"context"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
)

// together is for how long what is given back to a person without a second one's
// agreement is added up: parts are as good as the whole. Those of one payment are
// added up for ever.
const together = 30 * 24 * time.Hour

// alone is the condition of the refunds that somebody has given for the platform and
// nobody else has agreed to.
const alone = "SUBSTR(id, 1, 4) = 'ref_' AND reason <> '" + Withdrawal + "' AND asked_by <> '" + byProviderName + "' AND agreed_by = '' AND state NOT IN ('proposed', 'declined', 'failed')"

// needsSecond reports whether a second person has to agree to giving so much back of
// what the person has paid for the subject, with what was given back besides.
func needsSecond(ctx context.Context, tx *db.Tx, rule *Rule, person id.Person, subject string, a money.Amount) (bool, error) {
	if above(rule.Agree, a) {
		return true, nil
	}
	var before int64
	err := tx.Row(ctx, "SELECT CAST(COALESCE(SUM(amount_units), 0) AS BIGINT) FROM reversal WHERE person_id = $1 AND amount_asset = $2 AND (subject = $3 OR opened_us > $4) AND "+alone,
		person, string(a.Asset), subject, tx.Now().Add(-together).UnixMicro()).Scan(&before)
	return above(rule.Agree, a.Of(a.Units+before)), err
}

// above reports whether the amount is more than the limit. What is in another
// currency always is.
func above(limit, a money.Amount) bool { return a.Asset != limit.Asset || a.Units > limit.Units }

// LimitFor returns the amount above which two people decide about money of the
// person; "" is nobody's.
func LimitFor(ctx context.Context, tx *db.Tx, person id.Person) (money.Amount, error) {
	if person == "" {
		rule, err := RuleFor(ctx, tx, "")
		return rule.Agree, err
	}
	rule, err := ruleOf(ctx, tx, person)
	return rule.Agree, err
}

// another refuses whoever can not be the second person for what the first has
// proposed: a program, whoever proposed it or is behind the key that did, and who
// gets the money.
func another(ctx context.Context, tx *db.Tx, by people.Caller, first string, gets id.Person) error {
	if err := people.Second(ctx, tx, by, first); err != nil {
		return err
	}
	return notOwn(ctx, tx, by, gets)
}

// notOwn refuses whoever would decide about money that they get themselves.
func notOwn(ctx context.Context, tx *db.Tx, by people.Caller, gets id.Person) error {
	behind, err := people.Behind(ctx, tx, by.IDs()...)
	if err == nil && behind[string(gets)] {
		err = fault.New(fault.Forbidden, "Nobody decides about money that they get themselves. Another operator has to; nothing was changed.")
	}
	return err
}

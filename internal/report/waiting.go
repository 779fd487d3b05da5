package report

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
)

// Proposal is what an operator has proposed and another one has to agree to, whatever
// product it belongs to.
type Proposal struct {
	Kind    string    // such as payout.release: what is done when somebody agrees
	Subject string    // what it is done to
	Gets    id.Person // who gets the money; "" is nobody
	Amount  money.Amount
	By      string
	Why     string
	SinceUS int64 // when it was proposed; of what has no such instant, since when its subject waits
	DueUS   int64 // until when it is of use; 0 is always
}

// The kinds of proposals that are not decisions of package second.
const (
	RefundAgree = "refund.agree"
	RefundRepay = "refund.repay"
	CaseClose   = "case.close"
)

// proposals are all of them.
const proposals = `SELECT d.kind AS kind, d.subject AS subject, d.gets AS gets, d.amount_units AS units, d.amount_asset AS asset, d.proposed_by AS who, d.why AS why, d.proposed_us AS since_us, COALESCE(r.due_us, 0) AS due_us
		FROM second_decision d LEFT JOIN reversal r ON r.id = d.subject WHERE d.state = 'waits'
	UNION ALL SELECT '` + RefundAgree + `', id, person_id, amount_units, amount_asset, asked_by, note, opened_us, 0 FROM reversal WHERE state = 'proposed'
	UNION ALL SELECT '` + RefundRepay + `', id, person_id, moved_units, moved_asset, repay_by, repay_how, refunded_us, 0 FROM reversal WHERE state = 'bounced' AND repay_by <> ''
	UNION ALL SELECT '` + CaseClose + `', id, person_id, amount_units, amount_asset, proposed_by, proposed_note, opened_us, 0 FROM casework_case WHERE state = 'open' AND proposed_by <> ''`

// Proposals returns what waits for a second operator: what has a day first, the
// soonest first, and then what waits longest.
func Proposals(ctx context.Context, tx *db.Tx, limit int) ([]Proposal, error) {
	return db.Collect[Proposal](tx.Query(ctx, "SELECT kind, subject, gets, units, asset, who, why, since_us, due_us FROM ("+proposals+") p ORDER BY CASE WHEN due_us = 0 THEN 1 ELSE 0 END, due_us, since_us, subject LIMIT $1", int64(limit)))(
		func(r *db.Rows) (p Proposal, err error) {
			return p, r.Scan(&p.Kind, &p.Subject, (*string)(&p.Gets), &p.Amount.Units, (*string)(&p.Amount.Asset), &p.By, &p.Why, &p.SinceUS, &p.DueUS)
		})
}

// DisputeCount is the disputes that have not ended.
type DisputeCount struct {
	Count   int64
	Amounts []money.Amount // by currency
	DueUS   int64          // until when the next of them has to be answered; 0 is none
}

// toDecide reads what operators have to decide.
func (o *Overview) toDecide(ctx context.Context, tx *db.Tx) error {
	rows, err := tx.Query(ctx, `SELECT COUNT(*), CAST(SUM(amount_units) AS BIGINT), amount_asset, COALESCE(MIN(CASE WHEN state <> 'answered' AND due_us > 0 THEN due_us END), 0)
		FROM reversal WHERE ended_us = 0 AND id > 'dsp_' AND id < 'dsp_~' GROUP BY amount_asset ORDER BY amount_asset`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for d := &o.Disputes; rows.Next(); {
		var n, due int64
		var a money.Amount
		if err := rows.Scan(&n, &a.Units, (*string)(&a.Asset), &due); err != nil {
			return err
		}
		d.Count, d.Amounts = d.Count+n, append(d.Amounts, a)
		if due > 0 && (d.DueUS == 0 || due < d.DueUS) {
			d.DueUS = due
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := tx.Row(ctx, "SELECT COUNT(*) FROM casework_case WHERE state = 'open'").Scan(&o.Cases); err != nil {
		return err
	}
	return tx.Row(ctx, "SELECT COUNT(*) FROM ("+proposals+") p").Scan(&o.Proposals)
}

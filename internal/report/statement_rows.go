package report

import (
	"context"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// papers are what the transfers of a month are of.
type papers struct {
	earnings   map[id.Earning]earnings.Earning
	tips       map[id.Earning]tipped
	claws      map[string]clawed
	payouts    map[string]paidOut
	recoveries []earnings.Recovery
}

// tipped is what an earning of tips is made of.
type tipped struct{ gross, fee, difference int64 }

type clawed struct {
	reason  string
	earning id.Earning
}

type paidOut struct{ provider, last4, state string }

// rows writes the rows of what touched an account. A transfer has several where
// a creator reads several things: what tips brought and what the provider kept.
func (x *accountant) rows(ctx context.Context, asset money.Asset, touches []ledger.Touch) ([]StatementRow, error) {
	of, err := x.papers(ctx, touches)
	if err != nil {
		return nil, err
	}
	var all []StatementRow
	for _, t := range touches {
		at := time.UnixMicro(t.AtUS).UTC()
		row := StatementRow{Kind: RowOther, AtUS: t.AtUS, Transfer: ledger.Posted{Seq: t.Seq, At: at}.ID(), ID: t.Cause, Of: t.Cause, Amount: money.Amount{Units: t.In - t.Out, Asset: asset}}
		switch t.Kind {
		case "earning.available":
			all = append(all, of.available(row)...)
			continue
		case "claw.held", "claw.returned":
			c := of.claws[t.Cause]
			row.Kind, row.Reason, row.Of = RowClawed, c.reason, string(c.earning)
			if t.Kind == "claw.returned" {
				row.Kind = RowRestored
			}
		case "claw.recovered":
			all = append(all, of.recovered(row)...)
			continue
		case "payout.scheduled", "payout.returned", "payout.failed", "payout.canceled":
			p := of.payouts[t.Cause]
			row.Kind, row.Payout, row.Last4, row.State = payoutRows[t.Kind], p.provider, p.last4, p.state
		}
		all = append(all, row)
	}
	return all, nil
}

var payoutRows = map[string]RowKind{"payout.scheduled": RowPayout, "payout.returned": RowPayoutReturned, "payout.failed": RowPayoutFailed, "payout.canceled": RowPayoutCanceled}

var sourceRows = map[earnings.Source]RowKind{earnings.FromGift: RowGift, earnings.FromVideoGift: RowVideoGift, earnings.FromTip: RowTip}

// available are the rows of an earning that became available. They add up to what
// the transfer moved: what was taken back before is what that lacks.
func (p *papers) available(row StatementRow) []StatementRow {
	e := p.earnings[id.Earning(row.ID)]
	row.Day, row.Rule = e.Day, e.Rule
	if kind, known := sourceRows[e.Source]; known {
		row.Kind = kind
	}
	left := row.Amount.Units
	var all []StatementRow
	add := func(kind RowKind, units int64) {
		if units == 0 {
			return
		}
		one := row
		one.Kind, one.Amount.Units = kind, units
		if left -= units; len(all) == 0 {
			one.Diamonds = e.Diamonds
		}
		all = append(all, one)
	}
	if t, tips := p.tips[e.ID]; tips {
		add(RowTip, t.gross)
		add(RowTipFee, -t.fee)
		add(RowTipDifference, t.difference)
	} else {
		add(row.Kind, e.Amount.Units)
	}
	add(RowWithheld, left)
	return all
}

// recovered are the rows of what came back of a payout and was taken back at once:
// one for each claw that it repaid.
func (p *papers) recovered(row StatementRow) (all []StatementRow) {
	for _, r := range p.recoveries {
		if string(r.Payout) == row.ID {
			one := row
			one.Kind, one.ID, one.Of, one.Reason, one.Amount.Units = RowClawed, string(r.Claw), string(r.Earning), r.Reason, -r.Units
			all = append(all, one)
		}
	}
	return all
}

// papers reads what the transfers are of.
func (x *accountant) papers(ctx context.Context, touches []ledger.Touch) (p papers, err error) {
	var ids []id.Earning
	var claws, payouts []any
	var recovered []id.Payout
	for _, t := range touches {
		switch {
		case t.Kind == "earning.available":
			ids = append(ids, id.Earning(t.Cause))
		case t.Kind == "claw.recovered":
			recovered = append(recovered, id.Payout(t.Cause))
		case strings.HasPrefix(t.Kind, "claw."):
			claws = append(claws, t.Cause)
		case strings.HasPrefix(t.Kind, "payout."):
			payouts = append(payouts, t.Cause)
		}
	}
	if p.earnings, err = earnings.GetAll(ctx, x.tx, ids); err != nil {
		return p, err
	}
	if p.tips, err = x.tipped(ctx, p.earnings); err != nil {
		return p, err
	}
	if p.recoveries, err = earnings.RecoveriesOf(ctx, x.tx, recovered); err != nil {
		return p, err
	}
	p.claws, p.payouts = map[string]clawed{}, map[string]paidOut{}
	if len(claws) > 0 {
		_, err = db.Collect[string](x.tx.QueryList(ctx, "SELECT id, reason, earning_id FROM earning_claw WHERE id IN ($list)", claws))(func(r *db.Rows) (s string, err error) {
			var c clawed
			err = r.Scan(&s, &c.reason, (*string)(&c.earning))
			p.claws[s] = c
			return s, err
		})
	}
	if err == nil && len(payouts) > 0 {
		_, err = db.Collect[string](x.tx.QueryList(ctx, "SELECT id, provider_payout, bank_last4, state FROM payout WHERE id IN ($list)", payouts))(func(r *db.Rows) (s string, err error) {
			var o paidOut
			err = r.Scan(&s, &o.provider, &o.last4, &o.state)
			p.payouts[s] = o
			return s, err
		})
	}
	return p, err
}

// tipped adds up from the books what the tips of the earnings brought and cost: the
// lines of the transfers that went into their accounts, which the accruals name.
func (x *accountant) tipped(ctx context.Context, all map[id.Earning]earnings.Earning) (map[id.Earning]tipped, error) {
	var of []any
	for _, e := range all {
		if e.Source == earnings.FromTip {
			of = append(of, string(e.ID))
		}
	}
	found := map[id.Earning]tipped{}
	if len(of) == 0 {
		return found, nil
	}
	const provider, suspense = "(SELECT id FROM ledger_account WHERE path = $1)", "(SELECT id FROM ledger_account WHERE path = $2)"
	_, err := db.Collect[tipped](x.tx.QueryList(ctx, `SELECT x.earning_id, CAST(SUM(CASE WHEN l.from_account IN `+provider+` THEN l.amount ELSE 0 END) AS BIGINT),
			CAST(SUM(CASE WHEN l.to_account IN `+provider+` THEN l.amount ELSE 0 END) AS BIGINT),
			CAST(SUM(CASE WHEN l.from_account IN `+suspense+` THEN l.amount WHEN l.to_account IN `+suspense+` THEN -l.amount ELSE 0 END) AS BIGINT)
		FROM earning_accrual x JOIN ledger_line l ON l.seq = x.seq WHERE x.earning_id IN ($list) GROUP BY x.earning_id`, of, ledger.Provider, ledger.TipSuspense))(func(r *db.Rows) (sum tipped, err error) {
		var e id.Earning
		err = r.Scan((*string)(&e), &sum.gross, &sum.fee, &sum.difference)
		found[e] = sum
		return sum, err
	})
	return found, err
}

package report

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// pending adds what was held at the end of the month: the balances that the
// accounts of earnings had then.
func (x *accountant) pending(ctx context.Context, s *Statement) error {
	end, err := seqBefore(ctx, x.tx, s.ToUS)
	if err != nil {
		return err
	}
	type held struct {
		trail   ledger.Trail
		balance int64
		own     money.Asset
		asset   money.Asset
		rule    string
	}
	all, err := db.Collect[held](x.tx.Query(ctx, `SELECT e.account_id, a.last_seq, a.balance, e.own_asset, e.amount_asset, e.rule
		FROM earning e JOIN ledger_account a ON a.id = e.account_id LEFT JOIN ledger_transfer m ON m.cause = e.id AND m.kind = 'earning.available'
		WHERE e.creator_id = $1 AND e.day < $2 AND (e.state = 'pending' OR m.seq > $3 OR m.seq IS NULL AND e.available_us >= $4)`,
		x.creator, earnings.DayOf(s.ToUS), end, s.ToUS))(func(r *db.Rows) (h held, err error) {
		return h, r.Scan(&h.trail.Account, &h.trail.Last, &h.balance, (*string)(&h.own), (*string)(&h.asset), &h.rule)
	})
	if err != nil {
		return err
	}
	trails := make([]ledger.Trail, len(all))
	for i, h := range all {
		trails[i] = h.trail
	}
	touches, err := ledger.Since(ctx, x.tx, trails, end)
	if err != nil {
		return err
	}
	since := map[int64]int64{}
	for _, t := range touches {
		since[t.Account] += t.In - t.Out
	}
	for _, h := range all {
		units := h.balance - since[h.trail.Account]
		c := s.in(h.asset)
		if h.own == money.Diamond {
			card, err := earnings.RatesOf(ctx, x.tx, h.rule)
			if err != nil {
				return err
			}
			c.PendingDiamonds += units
			if units, err = card.Pay(units); err != nil {
				return err
			}
		}
		c.Pending += units
	}
	return nil
}

// claws adds what refunds and disputes took back, as it stood at the end of the
// month: what payouts that came back repaid since had been borne then.
func (x *accountant) claws(ctx context.Context, s *Statement) error {
	type one struct {
		StatementClaw
		asset  money.Asset
		keptUS int64 // of one that was returned after it was kept
	}
	all, err := db.Collect[one](x.tx.Query(ctx, `SELECT c.id, c.reason, c.earning_id, c.held_us, c.ended_us, c.state, c.own, e.own_asset, c.units - COALESCE(x.units, 0), c.borne_units + COALESCE(x.units, 0), c.asset, c.kept_us
		FROM earning_claw c JOIN earning e ON e.id = c.earning_id
			LEFT JOIN (SELECT claw_id, CAST(SUM(units) AS BIGINT) AS units FROM earning_recovery WHERE at_us >= $2 GROUP BY claw_id) x ON x.claw_id = c.id
		WHERE c.creator_id = $1 AND c.held_us < $2 AND (c.ended_us = 0 OR c.ended_us >= $3 AND (c.kept_us = 0 OR c.kept_us >= $3 OR c.ended_us < $2)) ORDER BY c.id`, x.creator, s.ToUS, s.FromUS))(func(r *db.Rows) (c one, err error) {
		return c, r.Scan((*string)(&c.ID), &c.Reason, (*string)(&c.Earning), &c.HeldUS, &c.EndedUS, (*string)(&c.State), &c.Taken.Units, (*string)(&c.Taken.Asset), &c.Units, &c.Borne, (*string)(&c.asset), &c.keptUS)
	})
	for _, c := range all {
		switch {
		case c.EndedUS >= s.ToUS && c.keptUS > 0 && c.keptUS < s.ToUS:
			c.EndedUS, c.State = c.keptUS, earnings.ClawKept
		case c.EndedUS >= s.ToUS:
			c.EndedUS, c.State = 0, earnings.ClawHeld
		}
		in := s.in(c.asset)
		in.Claws = append(in.Claws, c.StatementClaw)
	}
	return err
}

// bank adds the payouts that reached the bank, and what was on its way before and
// after.
func (x *accountant) bank(ctx context.Context, s *Statement) error {
	type one struct {
		StatementBank
		asset              money.Asset
		requested, endedUS int64
		state              string
	}
	all, err := db.Collect[one](x.tx.Query(ctx, `SELECT id, amount_units, amount_asset, state, provider_payout, bank_last4, requested_us, ended_us
		FROM payout WHERE creator_id = $1 AND requested_us < $2 AND (ended_us = 0 OR ended_us >= $3) ORDER BY ended_us, id`, x.creator, s.ToUS, s.FromUS))(func(r *db.Rows) (p one, err error) {
		return p, r.Scan((*string)(&p.ID), &p.Units, (*string)(&p.asset), &p.state, &p.Payout, &p.Last4, &p.requested, &p.endedUS)
	})
	for _, p := range all {
		c := s.in(p.asset)
		if p.requested < s.FromUS {
			c.WayBefore += p.Units
		}
		if p.endedUS == 0 || p.endedUS >= s.ToUS {
			c.WayAfter += p.Units
		} else if p.state == "paid" {
			p.AtUS = p.endedUS
			c.Bank = append(c.Bank, p.StatementBank)
			c.BankSum += p.Units
		}
	}
	return err
}

// StatementMonth is a month of which the creator has a statement.
type StatementMonth struct {
	Number      string
	Month       string // such as 2026-03
	Preliminary bool
	Currencies  []StatementMove
}

// StatementMove is what a month did to what is available in one currency.
type StatementMove struct {
	Asset            money.Asset
	Opening, Closing int64
	In, Out          int64 // Opening + In - Out = Closing
}

// StatementsOf returns the creator's months, the newest first, before the month
// ("" for the first page).
func StatementsOf(ctx context.Context, tx *db.Tx, creator id.Person, before string, limit int) ([]StatementMonth, error) {
	first, err := firstMonth(ctx, tx, creator)
	if err != nil || first.IsZero() {
		return nil, err
	}
	x := &accountant{tx: tx, creator: creator}
	if err := x.load(ctx, first.UnixMicro()); err != nil {
		return nil, err
	}
	var all []StatementMonth
	for month := monthOf(tx.Now()); !month.Before(first) && len(all) < limit; month = month.AddDate(0, -1, 0) {
		from, to := month.UnixMicro(), month.AddDate(0, 1, 0).UnixMicro()
		m := StatementMonth{Number: StatementNumber(creator, month), Month: month.Format("2006-01"), Preliminary: tx.NowUS() < to}
		if before != "" && m.Month >= before {
			continue
		}
		for i := range x.accounts {
			a := &x.accounts[i]
			move := StatementMove{Asset: a.asset}
			var between []ledger.Touch
			move.Opening, move.Closing, between = a.balances(from, to)
			for _, t := range between {
				move.In += t.In
				move.Out += t.Out
			}
			m.Currencies = append(m.Currencies, move)
		}
		all = append(all, m)
	}
	return all, nil
}

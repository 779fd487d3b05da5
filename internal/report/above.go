package report

import (
	"context"
	"slices"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// Above is something that an amount went into: a tip into an earning, a gift into its
// combo and an earning, an earning into payouts, a payout into the bank.
type Above struct {
	Kind   string       `json:"kind" doc:"combo, earning, payout or bank"`
	ID     string       `json:"id,omitempty" doc:"What can be explained in turn; the bank has none"`
	Amount money.Amount `json:"amount" doc:"How much of it went there"`
	State  string       `json:"state,omitempty" doc:"How far that is"`
	At     string       `json:"at,omitempty" doc:"Of the bank: when it has the money, or should"`
}

// mostAbove bounds the payouts that an earning is followed into.
const mostAbove = 10

// above finds what the step went into.
func (e *explainer) above(ctx context.Context, s *Step) (err error) {
	switch s.Kind {
	case "payout":
		s.Above, err = e.aboveBank(ctx, s)
	case "earning":
		s.Above, err = db.Collect[Above](e.tx.Query(ctx, `SELECT p.id, l.units, p.amount_asset, p.state FROM payout_line l JOIN payout p ON p.id = l.payout_id WHERE l.earning_id = $1 ORDER BY p.id DESC LIMIT $2`, s.ID, mostAbove))(
			func(r *db.Rows) (a Above, err error) {
				a.Kind = "payout"
				return a, r.Scan(&a.ID, &a.Amount.Units, (*string)(&a.Amount.Asset), &a.State)
			})
	case "tip":
		s.Above, err = e.aboveTip(ctx, s.ID)
	case "gift":
		s.Above, err = e.aboveGift(ctx, s.ID)
	case "combo":
		var tap string
		if err := e.tx.Row(ctx, "SELECT MIN(id) FROM gift WHERE combo = $1 AND combo <> ''", s.ID).Scan(&tap); err != nil {
			return err
		}
		s.Above, err = e.aboveGift(ctx, tap)
		s.Above = slices.DeleteFunc(s.Above, func(a Above) bool { return a.Kind == "combo" })
		for i := range s.Above { // of one tap: of all of them it is not known without reading them
			s.Above[i].Amount = money.Amount{}
		}
	}
	return err
}

func (e *explainer) aboveBank(ctx context.Context, s *Step) ([]Above, error) {
	var arrives, ended int64
	if err := e.tx.Row(ctx, "SELECT arrives_us, ended_us FROM payout WHERE id = $1", s.ID).Scan(&arrives, &ended); err != nil {
		return nil, err
	}
	switch s.State {
	case "sent":
		if arrives == 0 {
			return []Above{{Kind: "bank", Amount: s.Amount, State: s.State}}, nil
		}
		return []Above{{Kind: "bank", Amount: s.Amount, State: s.State, At: stamp(arrives)}}, nil
	case "paid":
		return []Above{{Kind: "bank", Amount: s.Amount, State: s.State, At: stamp(ended)}}, nil
	}
	return nil, nil
}

// aboveGift finds the combo of a gift and the earning that its diamonds went
// into.
func (e *explainer) aboveGift(ctx context.Context, gift string) (all []Above, err error) {
	var combo string
	var coins int64
	if err := e.tx.Row(ctx, "SELECT combo, price_coins * quantity FROM gift WHERE id = $1", gift).Scan(&combo, &coins); err != nil {
		return nil, err
	}
	if combo != "" {
		all = append(all, Above{Kind: "combo", ID: combo, Amount: money.Amount{Units: coins, Asset: money.Coin}})
	}
	lines, err := ledger.OfCause(ctx, e.tx, gift)
	for _, l := range lines {
		if into := ledger.IDInPath(l.To); l.Amount.Asset == money.Diamond && id.KindOf(into) == id.KindEarning {
			all = append(all, Above{Kind: "earning", ID: into, Amount: l.Amount})
		}
	}
	return all, err
}

// hideAbove takes out what is the creator's business alone.
func (s *Step) hideAbove() {
	s.Above = slices.DeleteFunc(s.Above, func(a Above) bool { return a.Kind != "combo" })
}

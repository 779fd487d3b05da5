package web

import (
	"strings"

	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
)

// dossierTiles are a person's figures, each with the way to its rows.
func (v *visit) dossierTiles(d *dossier) []tile {
	me := string(d.Person.ID)
	return []tile{
		{Label: v.T("op.tile_coins"), Value: v.coins(d.Wallet.Coins), Href: "#coins", Note: v.N("op.tile_lots", int64(len(d.Wallet.Lots)))},
		{Label: v.T("op.tile_pending"), Value: v.amount(d.Balance.Pending), Note: v.amount(money.Amount{Units: d.Balance.PendingDiamonds, Asset: money.Diamond})},
		{Label: v.T("op.tile_available"), Value: v.amount(d.Balance.Available), Href: "/op/ledger/account?" + query("path", "creator/"+me+"/available", "asset", string(d.Balance.Available.Asset))},
	}
}

// dash writes a value, or a dash for none.
func (v *visit) dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// accountText says how the person's account at the provider stands.
func (v *visit) accountText(d *dossier) string {
	switch a := &d.Account; {
	case a.Provider == "":
		return v.T("op.account_none")
	case a.Ready():
		return v.T("op.account_ready", a.BankName, a.BankLast4)
	case len(a.Due) > 0:
		return v.T("op.account_due", strings.Join(v.missing(a.Due), ", "))
	}
	return v.T("op.account_review")
}

// standingText says by which policy the person was judged, and when.
func (v *visit) standingText(s *programme.Standing) string {
	switch e := s.Enrolment; {
	case e.State == programme.Refused:
		return v.T("op.standing_refused", v.when(e.ChangedUS), v.when(e.ReapplyUS))
	case e.State == programme.NotJoined && s.Evaluation.Eligible:
		return v.T("op.standing_may", s.Evaluation.Version)
	case e.State == programme.NotJoined:
		return v.N("op.standing_lacks", int64(len(s.Evaluation.Missing())), s.Evaluation.Version)
	default:
		return v.T("op.standing_since", v.when(e.ChangedUS), e.Version)
	}
}

// outcomeKind is the colour of a purchase's outcome.
func outcomeKind(o payment.Outcome) string {
	switch o {
	case payment.Succeeded:
		return "good"
	case payment.Failed:
		return "bad"
	case payment.Canceled:
		return "off"
	}
	return ""
}

func scopeText(scopes []people.Scope) string {
	var all []string
	for _, s := range scopes {
		all = append(all, string(s))
	}
	return strings.Join(all, " ")
}

// windowText says what the person has spent in a window, of how much.
func (v *visit) windowText(d *dossier, w limit.Window) string {
	spent := v.amount(money.Amount{Units: w.Spent, Asset: d.Limits.Asset})
	if w.Cap == 0 {
		return v.T("op.limit_free", spent)
	}
	return v.T("op.limit_of", spent, v.amount(money.Amount{Units: w.Cap, Asset: d.Limits.Asset}))
}

package web

import (
	"slices"

	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/report"
)

// link is one place of the way from a card payment to a bank.
type link struct {
	Text string
	More string // what is known of it
	ID   string // to be explained, or ""
	Here bool
	Off  bool // no part of this way
}

// chain is the whole way, from the bank down to the payment, with the place of
// the step on it.
func (v *visit) chain(s report.Step) []link {
	if ofTip(s) {
		return v.tipChain(s)
	}
	all := []link{{Text: v.T("chain.bank")}, {Text: v.T("kind.payout")}, {Text: v.T("kind.earning")}, {Text: v.T("chain.rates")}, {Text: v.T("chain.diamonds")},
		{Text: v.T("kind.gift")}, {Text: v.T("kind.lot")}, {Text: v.T("kind.purchase")}}
	const bank, paidOut, earned, rates, diamonds, given, coins, paid = 0, 1, 2, 3, 4, 5, 6, 7
	at := map[string]int{"payout": paidOut, "earning": earned, "gift": given, "combo": given, "lot": coins, "purchase": paid, "grant": paid}
	here, ok := at[s.Kind]
	if !ok {
		return nil
	}
	all[here].Here, all[here].More = true, v.amount(s.Amount)
	if s.Kind == "combo" {
		all[given].Text = v.T("kind.combo")
	}
	for _, a := range s.Above {
		i, known := map[string]int{"bank": bank, "payout": paidOut, "earning": earned}[a.Kind]
		if !known || all[i].ID != "" {
			continue
		}
		all[i].ID = a.ID
		switch {
		case a.Kind == "bank" && a.At != "":
			all[i].More = v.when(stampUS(a.At))
		case a.Amount.Asset != "":
			all[i].More = v.amount(a.Amount)
		}
	}
	for _, p := range s.Parts { // one of them, where there is no other
		if i, known := at[p.Kind]; known && i > here && all[i].ID == "" && len(s.Parts) <= 2 {
			all[i].ID = p.ID
		}
	}
	if s.Rule != "" && here != paid {
		all[rates].More = s.Rule
	}
	if s.Kind == "earning" && s.PartsOf != nil {
		all[diamonds].More = v.amount(*s.PartsOf)
	}
	return all
}

// ofTip reports whether the step is a tip, or an earning of tips.
func ofTip(s report.Step) bool {
	return s.Kind == "tip" || s.Kind == "earning" && len(s.Parts) > 0 && s.Parts[0].Kind == "tip"
}

// tipChain is the way of a tip, which is shorter: it is money from the beginning.
func (v *visit) tipChain(s report.Step) []link {
	all := []link{{Text: v.T("chain.bank")}, {Text: v.T("kind.payout")}, {Text: v.T("kind.earning")}, {Text: v.T("kind.tip")}, {Text: v.T("kind.charge")}}
	const bank, paidOut, earned, tipped = 0, 1, 2, 3
	here := earned
	if s.Kind == "tip" {
		here = tipped
	}
	all[here].Here, all[here].More = true, v.amount(s.Amount)
	for _, a := range s.Above {
		i, known := map[string]int{"bank": bank, "payout": paidOut, "earning": earned}[a.Kind]
		if known && i < here && all[i].ID == "" {
			all[i].ID, all[i].More = a.ID, v.amount(a.Amount)
		}
	}
	if s.Kind == "earning" && len(s.Parts) == 1 {
		all[tipped].ID = s.Parts[0].ID
	}
	return all
}

// combosOf are the combos that the step is part of.
func combosOf(s report.Step) []report.Above {
	return slices.DeleteFunc(slices.Clone(s.Above), func(a report.Above) bool { return a.Kind != "combo" })
}

// takenBy are the payouts that took of the step.
func takenBy(s report.Step) []report.Above {
	return slices.DeleteFunc(slices.Clone(s.Above), func(a report.Above) bool { return a.Kind != "payout" })
}

// checked is the last full check of the books when it found them right and
// everything that the step shows is older than it; else nil.
func (v *visit) checked(s report.Step) (*ledger.Verification, error) {
	last, err := report.Ask1(v, v.site.cfg.Reader, ledger.Verifications, 1)
	if err != nil || len(last) == 0 || last[0].Problems != 0 {
		return nil, err
	}
	if newest := newestIn(s); newest == 0 || newest >= last[0].AtUS-last[0].Took.Microseconds() {
		return nil, nil
	}
	return &last[0], nil
}

// newestIn is when the newest thing happened that a step shows. An earning says
// when it is available, which is not when it was earned.
func newestIn(s report.Step) (us int64) {
	if s.Kind != "earning" && s.At != "" {
		us = stampUS(s.At)
	}
	for _, p := range s.Parts {
		us = max(us, newestIn(p))
	}
	return us
}

// explainArea is the page of the navigation that an explanation belongs to: the
// hub for what somebody earned, the wallet for what they gave.
func (v *visit) explainArea(s report.Step) string {
	me := string(v.me())
	switch {
	case s.Kind == "payout" && s.Owner == me:
		return "/c/payouts"
	case s.Kind == "earning" && s.Owner == me, slices.Contains(s.Seen, me):
		return "/c/earnings"
	case s.Owner == me:
		return "/wallet"
	}
	return ""
}

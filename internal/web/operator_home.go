package web

import (
	"net/http"
	"time"

	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/reconcile"
	"github.com/ovationhq/ovation/internal/report"
)

// overview is what the operators' first page shows.
type overview struct {
	report.Overview
	Checks []ledger.Verification // the last ones, the newest first
	Run    *reconcile.Run        // the last comparison with the provider's books; nil before the first
	Notice string
}

// checksShown is how many checks of the books the page lists.
const checksShown = 5

func overviewPage(v *visit) error {
	o := &overview{}
	err := v.listenFromNow(ofOperator)
	if err != nil {
		return err
	}
	if o.Overview, err = v.site.cfg.Reader.Overview(v); err != nil {
		return err
	}
	if o.Checks, err = report.Ask1(v, v.site.cfg.Reader, ledger.Verifications, checksShown); err != nil {
		return err
	}
	runs, err := report.Ask1(v, v.site.cfg.Reader, reconcile.Runs, 1)
	if err != nil {
		return err
	}
	if len(runs) > 0 {
		o.Run = &runs[0]
	}
	o.Notice = noticeOf(v.param("did"), "verified")
	return v.show(http.StatusOK, overviewView(v, o))
}

// runsEvery is how long after a comparison with the provider's books the next one is
// late: they are made every hour.
const runsEvery = 3 * time.Hour

// bothLight is how our books stand to the provider's: a colour, and words.
func (v *visit) bothLight(o *overview) (kind, text string) {
	if o.Run == nil {
		return "wait", v.T("rec.none")
	}
	if kind, text = v.runLight(o.Run); kind == "good" && o.NowUS-o.Run.AtUS > runsEvery.Microseconds() {
		kind = "wait"
	}
	return kind, text
}

// verifyNow checks the books with all rules, and comes back with the outcome.
func verifyNow(v *visit) error {
	if _, err := v.site.cfg.Verify(v); err != nil {
		return err
	}
	return v.redirect("/op?did=verified#integrity")
}

// owedTiles are what the site owes, each with the way to the accounts that it
// adds up.
func (v *visit) owedTiles(o *overview) []tile {
	coins := tile{Label: v.T("operator.coins"), Value: v.coins(o.Totals.CoinsOutstanding), Href: "/op/ledger?" + query("prefix", "lot/"), Note: v.T("operator.coins_text")}
	deferred := tile{Label: v.T("operator.deferred"), Value: v.accounts(o.Totals.Deferred, 1), Href: "/op/ledger?" + query("prefix", ledger.Deferred), Note: v.T("operator.deferred_text")}
	if len(o.Totals.Deferred) == 1 {
		deferred.Href = accountHref(ledger.Deferred, string(o.Totals.Deferred[0].Asset))
	}
	return []tile{coins, deferred,
		{Label: v.T("operator.diamonds"), Value: v.amount(money.Amount{Units: o.Totals.DiamondsPending, Asset: money.Diamond}), Href: "/op/ledger?" + query("prefix", "earning/"), Note: v.T("operator.diamonds_text", v.amounts(o.Pending))},
		{Label: v.T("operator.payable"), Value: v.amounts(o.Payable), Href: "/op/ledger?" + query("prefix", "creator/"), Note: v.T("operator.payable_text", v.amounts(o.Maturing))},
		{Label: v.T("operator.provider"), Value: v.accounts(o.Totals.Provider, -1), Href: "/op/ledger?" + query("prefix", "provider/"), Note: v.T("operator.provider_text")},
	}
}

// workTiles are what waits for somebody, each with the way to its rows.
func (v *visit) workTiles(o *overview) []tile {
	since := ""
	if len(o.Days) > 0 {
		since = o.Days[0].Day.Format(time.DateOnly)
	}
	due := ""
	if len(o.Due) > 0 {
		due = v.amounts(sumOf(o.Due))
	}
	open := ""
	if o.Purchases.Open > 0 {
		open = v.N("operator.open", o.Purchases.Open)
	}
	return []tile{
		v.disputeTile(o),
		v.countTile("operator.cases", o.Cases, "/op/cases?"+query("state", "open"), "wait", ""),
		v.countTile("operator.proposals", o.Proposals, "/op/second", "wait", v.T("operator.proposals_text")),
		v.countTile("operator.due", o.inStates(o.Due, "scheduled", "held", "sending", "sent", "returning"), "/op/payouts?"+query("state", "open"), "", due),
		v.countTile("operator.held", o.inStates(o.Due, "held"), "/op/payouts?"+query("state", "held"), "wait", ""),
		v.countTile("operator.failed", o.inStates(o.Ended, "failed", "returned"), "/op/payouts?"+query("state", "failed", "since", since), "bad", v.T("operator.in_28")),
		v.countTile("operator.unknown", o.Purchases.Unknown, "/op/purchases", "bad", open),
		v.countTile("operator.dead_work", o.DeadWork, "/op/jobs?"+query("state", "dead"), "bad", ""),
		v.webhookTile(o),
	}
}

// disputeTile is what banks dispute: how much, and until when the next has to be answered.
func (v *visit) disputeTile(o *overview) tile {
	note := ""
	if len(o.Disputes.Amounts) > 0 {
		note = v.amounts(o.Disputes.Amounts)
	}
	if o.Disputes.DueUS != 0 {
		note = joined(note, v.T("operator.disputes_due", v.when(o.Disputes.DueUS)))
	}
	return v.countTile("operator.disputes", o.Disputes.Count, "/op/disputes?"+query("state", "under"), "wait", note)
}

// webhookTile is how the endpoints of webhooks stand: how many are not reached.
func (v *visit) webhookTile(o *overview) tile {
	w := o.Webhooks
	t := v.countTile("operator.webhooks", w.Failing, "/dev/webhooks", "bad", v.N("operator.webhooks_of", w.Enabled))
	if w.FailingUS != 0 {
		t.Note = joined(t.Note, v.T("operator.webhooks_since", v.when(w.FailingUS)))
	}
	if w.Waiting > 0 {
		t.Note = joined(t.Note, v.N("operator.webhooks_wait", w.Waiting))
	}
	if w.Disabled > 0 {
		t.Note = joined(t.Note, v.N("operator.webhooks_off", w.Disabled))
	}
	return t
}

// countTile is a number of things that wait; none of them is fine.
func (v *visit) countTile(words string, n int64, href, light, note string) tile {
	t := tile{Label: v.T(words), Value: v.number(n), Href: href, Note: note}
	if light != "" {
		t.Light = light
		if n == 0 {
			t.Light = "good"
		}
	}
	return t
}

// inStates counts payouts in any of the states.
func (o *overview) inStates(all []report.PayoutCount, states ...string) (n int64) {
	for _, p := range all {
		for _, s := range states {
			if p.State == s {
				n += p.Count
			}
		}
	}
	return n
}

// sumOf adds up payouts by currency.
func sumOf(all []report.PayoutCount) (sums []money.Amount) {
	for _, p := range all {
		sums = addAmount(sums, p.Amount)
	}
	return sums
}

// dayTiles are the last 28 days, each with the way to the transfers of them.
func (v *visit) dayTiles(o *overview) []tile {
	var bought, given, asked tile
	var purchases, gifts, payouts, coins, sold int64
	for _, d := range o.Days {
		bought.Points, given.Points, asked.Points = append(bought.Points, d.Purchases), append(given.Points, d.Gifts), append(asked.Points, d.Payouts)
		purchases, gifts, payouts, coins, sold = purchases+d.Purchases, gifts+d.Gifts, payouts+d.Payouts, coins+d.Coins, sold+d.CoinsSold
	}
	from := ""
	if len(o.Days) > 0 {
		from = o.Days[0].Day.Format(time.DateOnly)
	}
	rows := func(kind string) string { return "/op/ledger/transfers?" + query("kind", kind, "from", from) }
	bought.Label, bought.Value, bought.Href, bought.Note = v.T("operator.purchases"), v.number(purchases), rows("coin_purchase.completed"), v.coins(sold)
	given.Label, given.Value, given.Href, given.Note = v.T("operator.gifts"), v.number(gifts), rows("gift.sent"), v.coins(coins)
	asked.Label, asked.Value, asked.Href, asked.Note = v.T("operator.payouts"), v.number(payouts), rows("payout.scheduled"), v.T("operator.in_28")
	return []tile{bought, given, asked}
}

// amounts writes several amounts after each other, or a dash for none.
func (v *visit) amounts(all []money.Amount) string {
	text := ""
	for i, a := range all {
		if i > 0 {
			text += " · "
		}
		text += v.amount(a)
	}
	return v.dash(text)
}

// accounts writes what accounts hold, by currency.
func (v *visit) accounts(all []ledger.Account, sign int64) string {
	var amounts []money.Amount
	for _, a := range all {
		amounts = append(amounts, money.Amount{Units: sign * a.Balance, Asset: a.Asset})
	}
	return v.amounts(amounts)
}

// light says how the last check of the books ended.
func (v *visit) light(o *overview) (kind, text string) {
	switch {
	case o.Checked == nil:
		return "wait", v.T("operator.unchecked")
	case o.Checked.Problems > 0:
		return "bad", v.N("operator.broken", o.Checked.Problems)
	}
	return "good", v.T("operator.right")
}

// openPurchases are those whose outcome is not known or not there yet.
func openPurchases(v *visit) error {
	all, err := report.Ask1(v, v.site.cfg.Reader, purchase.Open, openAtOnce)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, openPurchasesView(v, all))
}

// openAtOnce is how many open purchases a page shows.
const openAtOnce = 100

package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/reversal"
)

// disputeDesk is what the list of disputes shows.
type disputeDesk struct {
	State string // under or ended
	Tabs  []option
	Rows  []reversal.Reversal
	Older string
}

// disputesAtOnce is how many ended disputes a page shows; of those under way, the
// most that are sorted by when they are due.
const (
	disputesAtOnce = 25
	disputesUnder  = 500
)

// disputesPage lists disputes: those under way by when an answer is due, the
// soonest first, and those that have ended.
func disputesPage(v *visit) error {
	d := &disputeDesk{State: "under"}
	if v.param("state") == "ended" {
		d.State = "ended"
	}
	for _, s := range []string{"under", "ended"} {
		d.Tabs = append(d.Tabs, option{Value: s, Text: v.T("dispute.list." + s), Href: v.with("/op/disputes", "state", s), On: s == d.State})
	}
	q := reversal.Query{Kind: id.KindDispute, Under: d.State == "under", Limit: disputesUnder, Before: v.param("before"), Subject: v.param("of")}
	all, err := report.Ask1(v, v.site.cfg.Reader, reversal.List, q)
	if err != nil {
		return err
	}
	if d.State == "under" {
		slices.SortStableFunc(all, func(a, b reversal.Reversal) int {
			return cmp.Or(cmp.Compare(urgency(&a), urgency(&b)), cmp.Compare(a.ID, b.ID))
		})
		d.Rows = all
		return v.show(http.StatusOK, disputesView(v, d))
	}
	for _, r := range all {
		if r.EndedUS == 0 {
			continue
		}
		if len(d.Rows) == disputesAtOnce {
			d.Older = d.Rows[disputesAtOnce-1].ID
			break
		}
		d.Rows = append(d.Rows, r)
	}
	return v.show(http.StatusOK, disputesView(v, d))
}

// urgency sorts what waits for us before what waits for the bank.
func urgency(r *reversal.Reversal) int64 {
	const never = 1 << 62
	switch {
	case r.State == reversal.Answered:
		return never
	case r.DueUS == 0:
		return never - 1
	}
	return r.DueUS
}

// disputeFile is what the page of one dispute shows.
type disputeFile struct {
	reversal.File
	Takes   []taken
	Answer  string // as it is typed, or as we prepare it
	Problem *problem
	Notice  string
}

// giftsShown bounds the gifts on the page and in the prepared answer.
const giftsShown = 30

func disputePage(v *visit) error { return showDispute(v, nil, http.StatusOK) }

// showDispute shows one dispute; p is what went wrong with a form on it.
func showDispute(v *visit, p *problem, status int) error {
	d := &disputeFile{Problem: p, Notice: noticeOf(v.param("did"), "dispute_answered", "dispute_accepted", "dispute_proposed", "dispute_declined")}
	var err error
	if d.File, err = report.Ask2(v, v.site.cfg.Reader, reversal.FileOf, v.r.PathValue("id"), giftsShown); err == nil && !d.IsDispute() {
		err = fault.New(fault.NotFound, "There is no dispute %s.", fault.Clip(d.ID))
	}
	if err != nil {
		return err
	}
	if d.Takes, err = v.withEarnings(d.Claws); err != nil {
		return err
	}
	if d.Answer = v.form("evidence"); d.Answer == "" {
		d.Answer = v.prepared(d)
	}
	return v.show(status, disputeView(v, d))
}

// prepared writes an answer out of the records: it is English, as banks read it.
func (v *visit) prepared(d *disputeFile) string {
	clock := func(us int64) string { return time.UnixMicro(us).UTC().Format("2 January 2006, 15:04:05 UTC") }
	var b strings.Builder
	fmt.Fprintf(&b, "Payment %s of %s %s on %s, with the %s card that ends in %s.\n", d.Subject, d.Paid.Amount.Decimal(), d.Paid.Amount.Asset, clock(d.Paid.CreatedUS), d.Paid.Brand, d.Paid.Last4)
	fmt.Fprintf(&b, "The buyer is the account %s (%s), which was signed in.\n", d.Person, v.site.name(v, d.Person))
	if id.KindOf(d.Subject) == id.KindTip {
		b.WriteString("It paid for a tip to a creator, who was told of it at once. The buyer chose the amount and saw the price before paying.\n")
	} else {
		b.WriteString("It paid for virtual coins, which were in the buyer's wallet at once. A receipt with this amount, date and card stands in the buyer's account.\n")
	}
	if d.SpentCoins > 0 {
		fmt.Fprintf(&b, "The buyer has used %d of these coins for gifts since:\n", d.SpentCoins)
		for _, p := range d.Parts {
			fmt.Fprintf(&b, "- %s: %d coins (transfer %d of our ledger)\n", p.Gift, p.Coins, p.Seq)
		}
		if rest := d.Gifts - int64(len(d.Parts)); rest > 0 {
			fmt.Fprintf(&b, "- and %d more gifts\n", rest)
		}
	}
	if d.LotCoins > 0 {
		fmt.Fprintf(&b, "%d of the coins are unused.\n", d.LotCoins)
	}
	if d.Paid.Refunded > 0 {
		fmt.Fprintf(&b, "Of the payment %s %s were refunded.\n", d.Paid.Amount.Of(d.Paid.Refunded).Decimal(), d.Paid.Amount.Asset)
	} else {
		b.WriteString("Nothing of the payment was refunded before.\n")
	}
	return b.String()
}

func answerDispute(v *visit) error {
	_, err := v.site.cfg.Reversals.Answer(context.WithoutCancel(v), v.caller(), v.r.PathValue("id"), v.form("evidence"))
	return v.disputeDone(err, "dispute_answered")
}

func acceptDispute(v *visit) error {
	_, reason, err := v.because()
	did := "dispute_accepted"
	if err == nil {
		var r reversal.Reversal
		if r, err = v.site.cfg.Reversals.Accept(context.WithoutCancel(v), v.caller(), v.r.PathValue("id"), reason); r.GivingUp.Waits() {
			did = "dispute_proposed"
		}
	}
	return v.disputeDone(err, did)
}

func agreeDispute(v *visit) error {
	_, err := v.site.cfg.Reversals.AgreeAccept(context.WithoutCancel(v), v.caller(), v.r.PathValue("id"))
	return v.disputeDone(err, "dispute_accepted")
}

func declineDispute(v *visit) error {
	_, reason, err := v.because()
	if err == nil {
		_, err = v.site.cfg.Reversals.DeclineAccept(context.WithoutCancel(v), v.caller(), v.r.PathValue("id"), reason)
	}
	return v.disputeDone(err, "dispute_declined")
}

func (v *visit) disputeDone(err error, did string) error {
	if fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil {
		p := v.problemOf(err)
		return showDispute(v, p, p.Status)
	}
	return v.redirect("/op/disputes/" + v.r.PathValue("id") + "?did=" + did)
}

// giveUp asks why a dispute is given up.
func (v *visit) giveUp(d *disputeFile) decision {
	return decision{ID: "why-" + d.ID, Action: "/op/disputes/" + d.ID + "/accept", Ask: v.T("dispute.accept"), Do: v.T("dispute.accept"), Text: v.T("dispute.accept_text", v.amount(d.Amount)), Danger: true}
}

// proposal is what waits about giving the dispute up; nil is nothing.
func (v *visit) proposal(d *disputeFile) *proposal {
	p := v.proposalOf(d.GivingUp, "/op/disputes/"+d.ID+"/accept", v.T("dispute.accept_agree_text", v.amount(d.Amount)), v.T("dispute.accept_decline_text"))
	if p != nil {
		p.DueUS = d.DueUS
	}
	return p
}

// answerable reports whether an answer can be handed in.
func (d *disputeFile) answerable() bool {
	return d.Deciding == "" && (d.State == reversal.Inquiry || d.State == reversal.Open)
}

// borneSoFar is what the reserve bears of money that creators had been paid out.
func (v *visit) borneSoFar(d *disputeFile) string {
	var units int64
	for i := range d.Takes {
		units += d.Takes[i].Borne
	}
	if units == 0 {
		return ""
	}
	return v.amount(d.Takes[0].borne().Of(units))
}

package web

import (
	"context"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/reversal"
)

// givenBack is what the receipt of a purchase says about money that could go back.
type givenBack struct {
	Offer   *reversal.Offer // what the visitor can have given back now; nil is nothing
	Key     string
	Problem *problem
	Notice  string
}

// givenBack reads what of the visitor's purchase could go back.
func (v *visit) givenBack(p id.Purchase, wrong *problem) (*givenBack, error) {
	g := &givenBack{Problem: wrong, Key: v.keyAfter("/purchases/"+string(p)+"/refund", wrong), Notice: noticeOf(v.r.URL.Query().Get("did"), "refund_done", "refund_asked", "refund_failed")}
	offer, err := report.Ask2(v, v.site.cfg.Reader, reversal.OfferFor, v.me(), p)
	if err == nil {
		g.Offer = &offer
	} else if fault.CodeOf(err) == fault.Internal {
		return nil, err
	}
	return g, nil
}

// refundOwn gives the visitor's unspent coins of a purchase back.
func refundOwn(v *visit) error {
	p, err := v.ownPurchase()
	if err != nil {
		return err
	}
	key, err := v.keyOf()
	var r reversal.Reversal
	if err == nil {
		r, err = v.site.cfg.Reversals.Refund(context.WithoutCancel(v), v.caller(), reversal.Request{Key: key, Subject: string(p.ID)})
	}
	if fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil {
		wrong := v.problemOf(err)
		return showReceipt(v, p, wrong, wrong.Status)
	}
	did := map[reversal.State]string{reversal.Refunded: "refund_done", reversal.Failed: "refund_failed"}[r.State]
	if did == "" {
		did = "refund_asked"
	}
	return v.redirect("/purchases/" + string(p.ID) + "?did=" + did)
}

// showReceipt shows the receipt of a purchase that was paid; wrong is what went
// wrong with a form on it.
func showReceipt(v *visit, p purchase.Purchase, wrong *problem, status int) error {
	receipt, err := report.Ask2(v, v.site.cfg.Reader, report.ReceiptOf, v.me(), string(p.ID))
	if err != nil {
		return err
	}
	back, err := v.givenBack(p.ID, wrong)
	if err != nil {
		return err
	}
	return v.show(status, receiptPage(v, &receipt, local(v.r.URL.Query().Get("back"), "/wallet"), back))
}

// reversalKind is the colour of a state of refunds and disputes.
func reversalKind(s reversal.State) string {
	switch s {
	case reversal.Refunded, reversal.Repaid, reversal.Won, reversal.Closed:
		return "good"
	case reversal.Failed, reversal.Bounced, reversal.Lost:
		return "bad"
	case reversal.Declined:
		return "off"
	case reversal.Open, reversal.Inquiry, reversal.Proposed:
		return "warn"
	}
	return "info"
}

// taken is something that was taken back from a creator, with its earning.
type taken struct {
	earnings.Claw
	Of earnings.Earning
}

// clawsAtOnce is how much of what was taken back a page shows.
const clawsAtOnce = 8

// takenBack is what refunds and disputes took back from the visitor lately. What
// can not be read is in the log, and the rest of the page stands.
func (v *visit) takenBack() (all []taken) {
	claws, err := report.Ask3(v, v.site.cfg.Reader, earnings.ClawsOfCreator, v.me(), id.Claw(""), clawsAtOnce)
	if err == nil {
		all, err = v.withEarnings(claws)
	}
	if err != nil {
		v.problemOf(err)
	}
	return all
}

func (v *visit) withEarnings(claws []earnings.Claw) (all []taken, err error) {
	if len(claws) == 0 {
		return nil, nil
	}
	of := make([]id.Earning, len(claws))
	for i, c := range claws {
		of[i] = c.Earning
	}
	whole, err := report.Ask1(v, v.site.cfg.Reader, earnings.GetAll, of)
	for _, c := range claws {
		all = append(all, taken{c, whole[c.Earning]})
	}
	return all, err
}

// lost is what the creator does not get of it: money, or the diamonds while they
// are not converted.
func (t *taken) lost() money.Amount {
	if t.Units == 0 && t.Borne == 0 {
		return t.Taken(!t.Of.Money())
	}
	return money.Amount{Units: t.Units, Asset: t.Asset}
}

// borne is what had been paid out, and the platform bears.
func (t *taken) borne() money.Amount { return money.Amount{Units: t.Borne, Asset: t.Asset} }

// clawKind is the colour of a claw's state.
func clawKind(s earnings.ClawState) string {
	switch s {
	case earnings.ClawHeld:
		return "warn"
	case earnings.ClawReturned:
		return "good"
	}
	return "bad"
}

// paidChip says in a word where a purchase stands: how far its payment is, or how
// much of what was paid went back.
func (v *visit) paidChip(c *payment.Record) (kind, text string) {
	if c.Outcome == payment.Succeeded {
		return v.returnChip(c.Return())
	}
	return outcomeKind(c.Outcome), v.T("outcome." + string(c.Outcome))
}

// returnChip says in a word how much of a payment went back; without that, that it
// was paid.
func (v *visit) returnChip(r payment.Return) (kind, text string) {
	switch r {
	case payment.AllBack:
		return "off", v.T("receipt.full")
	case payment.PartBack:
		return "info", v.T("receipt.partial")
	case payment.DisputedBack:
		return "warn", v.T("receipt.disputed")
	}
	return "good", v.T("receipt.paid")
}
